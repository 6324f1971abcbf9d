/** Stories of several events, each with what an app should make of it. */

import { Button, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { scenarios } from '../scenarios.ts'
import { planScenario } from '../trigger-plan.ts'
import type { TriggerPlan } from '../trigger-plan.ts'
import classes from './trigger.module.css'

interface TriggerScenarioProps {
  onStart: (plan: TriggerPlan) => void
  isRunning: boolean
}

export function TriggerScenario({ onStart, isRunning }: TriggerScenarioProps) {
  const [id, setId] = useState(newId)
  return (
    <div className={classes.form}>
      <NumberInput
        label="About the id"
        description="An import takes the ones after it, too"
        min={1}
        max={999_999_999}
        clampBehavior="strict"
        value={id}
        onChange={(value) => setId(Number(value) || 1)}
      />
      <ul className={classes.scenarios} aria-label="Scenarios">
        {scenarios.map((scenario) => (
          <li key={scenario.name} className={classes.scenario}>
            <div>
              <b>{scenario.title}</b>
              <p>{scenario.says}</p>
            </div>
            <Button
              size="compact-sm"
              variant="light"
              disabled={isRunning}
              aria-label={`Play ${scenario.title}`}
              onClick={() => {
                onStart(planScenario(scenario, id))
                setId(newId())
              }}
            >
              Play
            </Button>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Another one each time, so that an app does not take the next story for a repetition. */
function newId(): number {
  return 4_000_000 + Math.floor(Math.random() * 900_000)
}
