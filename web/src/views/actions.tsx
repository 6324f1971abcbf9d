/** What can be done with an opened notification, always in the same place: replay it, copy it. */

import { Button, Group, Menu, Tooltip } from '@mantine/core'
import type { Notification, ReplaySignature } from '../../../src/contract/notification.ts'
import { toMinute } from '../clock-words.ts'
import { toCurl } from '../curl.ts'
import { readExpiryMs } from '../expiry.ts'
import type { Replaying } from '../replaying.ts'
import classes from './actions.module.css'
import { CopyText } from './copy-button.tsx'
import { Icon } from './icons.tsx'

interface ActionsProps {
  notification: Notification
  replaying: Replaying
  nowMs: number
}

export function Actions(props: ActionsProps) {
  const { notification, replaying } = props
  const { target } = replaying
  return (
    <div className={classes.actions} role="group" aria-label="Actions">
      <Group gap={1} wrap="nowrap">
        <Tooltip label={target ? `Send it to ${target} again (r)` : 'No target is named'} openDelay={400}>
          <Button
            size="xs"
            className={classes.replay}
            leftSection={<Icon name="replay" size={14} />}
            loading={replaying.running}
            disabled={!replaying.possible}
            onClick={replaying.start}
          >
            Replay · {choices[replaying.sign].word}
          </Button>
        </Tooltip>
        <SignMenu {...props} />
      </Group>
      <span className={classes.copy}>Copy</span>
      {notification.body !== null && <CopyText text={notification.body} label="Copy the body" word="body" />}
      <CopyText
        text={toCurl(notification, target ?? 'http://localhost:3000/webhooks')}
        label="Copy as curl"
        word="curl"
      />
      <CopyText text={location.href} label="Copy the link to this notification" word="link" />
    </div>
  )
}

const choices: Record<ReplaySignature, { word: string; title: string }> = {
  original: { word: 'original', title: 'Original signature' },
  dev: { word: 'dev key', title: 'Signed again with the dev key' },
  none: { word: 'unsigned', title: 'No signature' },
}

function SignMenu({ notification, replaying, nowMs }: ActionsProps) {
  const says: Record<ReplaySignature, string> = {
    original: sayOriginal(notification, nowMs),
    dev: 'Fresh for three hours. Your app must trust the public half: fic-dev keys.',
    none: 'To see that your app refuses it.',
  }
  return (
    <Menu position="bottom-end" width={300} shadow="md">
      <Menu.Target>
        <Button
          size="xs"
          px={7}
          className={classes.choose}
          disabled={!replaying.possible}
          aria-label="How a replay is signed"
        >
          <Icon name="chevron" size={14} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>How a replay is signed</Menu.Label>
        {(['original', 'dev', 'none'] as const).map((each) => (
          <Menu.RadioItem
            key={each}
            value={each}
            checked={each === replaying.sign}
            checkIcon={<Icon name="check" />}
            closeMenuOnClick
            onChange={() => replaying.choose(each)}
          >
            {choices[each].title}
            <span className={classes.says}>{says[each]}</span>
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function sayOriginal(notification: Notification, nowMs: number): string {
  if (notification.signature.outcome === 'missing') return 'There is none: it goes as it came.'
  const expiryMs = readExpiryMs(notification.signature)
  if (expiryMs === null) return 'As it was captured.'
  const at = toMinute(new Date(expiryMs).toISOString(), nowMs)
  return expiryMs > nowMs
    ? `As it was captured; good until ${at}.`
    : `Its three hours were over at ${at}: an app that checks refuses it.`
}
