/** What can be done with an opened notification, always in the same place: replay, edit, compare, copy. */

import { Button, Group, Menu, Tooltip } from '@mantine/core'
import type { Notification } from '../../../src/contract/notification.ts'
import { replaySignatures, type ReplaySignature } from '../../../src/contract/vocabulary.ts'
import { toMinute } from '../clock-words.ts'
import { readExpiryMs } from '../expiry.ts'
import type { Replaying } from '../replaying.ts'
import classes from './actions.module.css'
import { CopyMenu } from './copy-menu.tsx'
import { Icon } from './icons.tsx'

interface ActionsProps {
  notification: Notification
  replaying: Replaying
  nowMs: number
  onEdit: () => void
  onCompare: () => void
}

export function Actions(props: ActionsProps) {
  const { notification, replaying, onEdit, onCompare } = props
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
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name="edit" size={14} />}
        title="Change it, then send it (e)"
        onClick={onEdit}
      >
        Edit
      </Button>
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name="compare" size={14} />}
        title="Put another notification beside it (c)"
        onClick={onCompare}
      >
        Compare
      </Button>
      <CopyMenu notification={notification} url={target ?? 'http://localhost:3000/webhooks'} />
    </div>
  )
}

const choices: Record<ReplaySignature, { word: string; title: string }> = {
  original: { word: 'original', title: 'Original signature' },
  dev: { word: 'dev key', title: 'Signed again with the dev key' },
  none: { word: 'unsigned', title: 'No signature' },
}

function SignMenu({ notification, replaying, nowMs }: Omit<ActionsProps, 'onEdit' | 'onCompare'>) {
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
        {replaySignatures.map((each) => (
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
