/** Copies a text and says for a moment that it has. */

import { Button, CopyButton } from '@mantine/core'
import { Icon } from './icons.tsx'

interface CopyTextProps {
  text: string
  /** What is copied, for people who do not see the button's place. */
  label: string
  /** The word on the button; none shows the icon alone. */
  word?: string
}

export function CopyText({ text, label, word }: CopyTextProps) {
  return (
    <CopyButton value={text} timeout={1500}>
      {({ copied, copy }) => (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          px={6}
          fw={550}
          c={copied ? 'var(--good)' : 'var(--ink-2)'}
          onClick={copy}
          aria-label={copied ? `${label}: copied` : label}
          title={label}
          leftSection={word ? <Icon name={copied ? 'check' : 'copy'} size={14} /> : null}
        >
          {word ? copied ? 'Copied' : word : <Icon name={copied ? 'check' : 'copy'} size={14} />}
        </Button>
      )}
    </CopyButton>
  )
}
