/** The screens beside the list: status, subscription, coverage, doctor, a pasted token. */

import type { Examining } from '../examination.ts'
import type { Network } from '../network.ts'
import type { Go, Screen } from '../route.ts'
import type { State } from '../state.ts'
import { Coverage } from './coverage.tsx'
import { Doctor } from './doctor.tsx'
import classes from './screens.module.css'
import { StatusScreen } from './status-screen.tsx'
import { SubscriptionScreen } from './subscription-screen.tsx'
import { TokenScreen } from './token-screen.tsx'

export interface ScreenProps {
  state: State
  network: Network
  nowMs: number
  examining: Examining
  /** Has the doctor look, and shows it. */
  onExamine: () => void
  go: Go
}

export function Screens({ screen, ...props }: ScreenProps & { screen: Screen }) {
  return (
    <main className={classes.screen} key={screen}>
      <div className={classes.width}>
        {screen === 'status' && <StatusScreen {...props} />}
        {screen === 'subscription' && <SubscriptionScreen {...props} />}
        {screen === 'coverage' && <Coverage {...props} />}
        {screen === 'token' && <TokenScreen {...props} />}
        {screen === 'doctor' && <Doctor {...props} />}
      </div>
    </main>
  )
}
