/** What somebody sees who has not opened the link: how to get in. */

import { CopyText } from './copy-button.tsx'
import { Icon } from './icons.tsx'
import classes from './locked.module.css'

export function Locked() {
  return (
    <main className={classes.frame}>
      <div className={classes.card}>
        <span className={classes.lock}>
          <Icon name="lock" size={22} />
        </span>
        <h2>This page opens with a link</h2>
        <p>
          It shows a company’s data and can act in its name, so fic-dev asks every browser for its key. Open
          the link that fic-dev has printed in the terminal, or ask for a fresh one:
        </p>
        <p className={classes.command}>
          <code>npx fic-dev open</code>
          <CopyText text="npx fic-dev open" label="Copy the command" />
        </p>
        <p className="quiet">
          A link works once. When it has been opened in this browser, this page goes on by itself.
        </p>
      </div>
    </main>
  )
}
