/** Copies a notification in the form that somebody needs: for a shell, for a tool, for a test. */

import { Button, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useState } from 'react'
import type { Notification } from '../../../src/contract/notification.ts'
import { toCloudEvent } from '../cloud-event.ts'
import { toCurl } from '../curl.ts'
import { toHttpie } from '../httpie.ts'
import { toPlainText } from '../plain-message.ts'
import { toVitestTest } from '../vitest-test.ts'
import classes from './actions.module.css'
import { Icon } from './icons.tsx'

interface CopyMenuProps {
  notification: Notification
  /** What the commands call. */
  url: string
}

export function CopyMenu({ notification, url }: CopyMenuProps) {
  const { copy, copied } = useClipboard({ timeout: 1500 })
  const [name, setName] = useState('')
  return (
    <Menu position="bottom-start" width={250} shadow="md">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
          rightSection={<Icon name="chevron" size={12} />}
          aria-live="polite"
        >
          {copied ? `${name} copied` : 'Copy as'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {forms.map(({ title, says, write }) => {
          const text = write(notification, url)
          if (text === null) return null
          return (
            <Menu.Item
              key={title}
              onClick={() => {
                setName(title)
                copy(text)
              }}
            >
              {title}
              <span className={classes.says}>{says}</span>
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}

interface Form {
  title: string
  says: string
  /** `null` where this notification has no such form. */
  write: (notification: Notification, url: string) => string | null
}

const forms: Form[] = [
  { title: 'curl', says: 'Sends it to your app again', write: toCurl },
  { title: 'HTTPie', says: 'The same with http', write: toHttpie },
  { title: 'Vitest test', says: 'Your app must answer 2xx', write: toVitestTest },
  { title: 'CloudEvent', says: 'One event in JSON, whatever the mapping', write: toCloudEvent },
  { title: 'JSON', says: 'All that fic-dev knows of it', write: (one) => JSON.stringify(one, null, 2) },
  { title: 'Body', says: 'As it came', write: (one) => toPlainText(one) || null },
  { title: 'Link', says: 'To this notification on this page', write: () => location.href },
]
