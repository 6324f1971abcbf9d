/** What is shown when the page itself fails: never nothing. */

import { Alert, Button, Code, Stack, Text } from '@mantine/core'
import { Component, type ReactNode } from 'react'

interface Props {
  children: ReactNode
}

/** React tells a failed view only to a class. */
export class Broken extends Component<Props, { reason: string | null }> {
  override state: { reason: string | null } = { reason: null }

  static getDerivedStateFromError(thrown: unknown): { reason: string } {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) }
  }

  override render(): ReactNode {
    const { reason } = this.state
    if (reason === null) return this.props.children
    return (
      <Stack p="xl" maw={640} mx="auto">
        <Alert title="The page has failed" color="red" role="alert">
          <Text size="sm">
            fic-dev itself goes on: it captures, answers and delivers. The page could not show something:
          </Text>
          <Code block mt="sm">
            {reason}
          </Code>
        </Alert>
        <Button onClick={() => location.assign('/')}>Open the list again</Button>
      </Stack>
    )
  }
}
