/** Without a session: how to sign in. */

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
          It shows a company’s data and can act in its name, so every browser has to sign in. Open the link
          that fic-dev has printed in the terminal, or ask for a fresh one:
        </p>
        <p className={classes.command}>
          <code>npx fic-dev open</code>
          <CopyText text="npx fic-dev open" label="Copy the command" />
        </p>
        <p className="quiet">
          A link works once and signs this browser in for 30 days. This page continues when the link has been
          opened in another tab.
        </p>
      </div>
    </main>
  )
}
