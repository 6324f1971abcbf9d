/** The public keys: ours, for replays signed again, and the one that notifications are checked with. */

import { useEffect, useState } from 'react'
import type { KeyEntry } from '../../../src/contract/api.ts'
import { fetchKeys } from '../board-api.ts'
import { toHash } from '../route.ts'
import { CopyText } from './copy-button.tsx'
import classes from './screens.module.css'
import { Section } from './section.tsx'

const words: Record<KeyEntry['name'], { title: string; says: string }> = {
  dev: {
    title: 'Dev key of this project',
    says: 'Let your app trust it while you develop: replays are signed with its private half.',
  },
  fic: {
    title: 'Key of the sender',
    says: 'What fic-dev checks notifications with; your app needs it, too.',
  },
}

export function Keys() {
  const [keys, setKeys] = useState<KeyEntry[]>([])
  useEffect(() => {
    fetchKeys().then(setKeys, () => setKeys([]))
  }, [])
  return (
    <Section title="Public keys">
      {keys.map(({ name, pem, base64 }) => (
        <div key={name} className={classes.entry}>
          <div className={classes.row}>
            <b>{words[name].title}</b>
            <CopyText text={pem} label={`Copy the ${name} key as PEM`} word="PEM" />
            <CopyText text={base64} label={`Copy the ${name} key as base64`} word="base64" />
          </div>
          <p className="quiet">{words[name].says}</p>
          <pre className={classes.pem} tabIndex={0} aria-label={words[name].title}>
            {pem.trim()}
          </pre>
        </div>
      ))}
      <p style={{ marginTop: 12 }}>
        Does a token hold?{' '}
        <a href={toHash({ screen: 'token', seq: null, query: '' })}>Explain a pasted token</a>
      </p>
    </Section>
  )
}
