/** The line above all: who this is, the sink URL to copy, the lamps, trigger, light or dark. */

import { Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Status } from '../../../src/contract/status.ts'
import icon from '../icon.svg'
import { screens, toHash } from '../route.ts'
import type { Route, Screen } from '../route.ts'
import type { Link } from '../state.ts'
import { Chip } from './chip.tsx'
import { CopyText } from './copy-button.tsx'
import { Icon } from './icons.tsx'
import { Lamps } from './lamps.tsx'
import { Outside } from './outside.tsx'
import classes from './top-bar.module.css'

interface TopBarProps {
  status: Status | null
  link: Link
  route: Route
  nowMs: number
  trigger: ReactNode
  onExamine: () => void
  onHelp: () => void
}

export function TopBar({ status, link, route, nowMs, trigger, onExamine, onHelp }: TopBarProps) {
  return (
    <header className={classes.bar}>
      <h1 className={classes.brand}>
        <img src={icon} alt="" width={24} height={24} />
        <span>fic-dev</span>
      </h1>
      {status?.emulatorUrl && (
        <span className={classes.emulator}>
          <Chip tone="quiet" title={`Notifications come from the emulator at ${status.emulatorUrl}`}>
            emulator
          </Chip>
        </span>
      )}
      {status && <Screens route={route} />}
      {status?.sinkUrl && (
        <div className={classes.sink}>
          <span className={classes.label}>Sink</span>
          <span className={classes.url} title={status.sinkUrl}>
            <Outside text={status.sinkUrl} />
          </span>
          <CopyText text={status.sinkUrl} label="Copy the sink URL" />
        </div>
      )}
      <div className={classes.right}>
        <div className={classes.state}>
          {status && (
            <div className={classes.lamps} data-stale={link.phase === 'lost'}>
              <Lamps status={status} nowMs={nowMs} onExamine={onExamine} />
            </div>
          )}
          <PageLink link={link} />
        </div>
        <div className={classes.tools}>
          {trigger}
          <Button
            variant="subtle"
            color="gray"
            size="compact-md"
            px={7}
            c="var(--ink-2)"
            aria-label="Keys and filter language"
            title="Keys and filter language (?)"
            onClick={onHelp}
          >
            <Icon name="help" />
          </Button>
          <SchemeToggle />
        </div>
      </div>
    </header>
  )
}

/** Those that have a place in the bar; the others are led to from where they are needed. */
const names: Partial<Record<Screen, string>> = {
  notifications: 'Notifications',
  status: 'Status',
  subscription: 'Subscription',
  coverage: 'Coverage',
  doctor: 'Doctor',
}

function Screens({ route }: { route: Route }) {
  return (
    <nav className={classes.screens} aria-label="Screens">
      {screens
        .filter((screen) => screen in names)
        .map((screen) => (
          <a
            key={screen}
            href={toHash({ screen, seq: null, query: route.query })}
            aria-current={screen === route.screen ? 'page' : undefined}
          >
            {names[screen]}
          </a>
        ))}
    </nav>
  )
}

/** How the page itself is connected. */
function PageLink({ link }: { link: Link }) {
  const words = { connecting: 'connecting', live: 'live', lost: 'offline', locked: 'locked' }
  const tones = { connecting: 'warn', live: 'good', lost: 'bad', locked: 'bad' }
  return (
    <span
      className={`${classes.link} tone-${tones[link.phase]}`}
      role="status"
      title="The connection of this page to fic-dev"
      data-phase={link.phase}
    >
      {words[link.phase]}
    </span>
  )
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-md"
      px={7}
      c="var(--ink-2)"
      aria-label={`Switch to ${other}`}
      title={`Switch to ${other}`}
      onClick={() => setColorScheme(other)}
    >
      <Icon name={scheme === 'dark' ? 'sun' : 'moon'} />
    </Button>
  )
}
