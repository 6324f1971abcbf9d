/** The keys, and what the filter understands. */

import { Kbd, Modal } from '@mantine/core'
import { filterHelp } from '../filter-completion.ts'
import { keyHelp } from '../key-help.ts'
import classes from './help.module.css'

interface HelpProps {
  emulated: boolean
  onClose: () => void
  onTry: (query: string) => void
}

export function Help({ emulated, onClose, onTry }: HelpProps) {
  return (
    <Modal
      opened
      onClose={onClose}
      title="Keys and filter language"
      size={860}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.help}>
        <section aria-label="Keys">
          <h3>Keys</h3>
          <dl className={classes.keys}>
            {keyHelp
              .filter(({ emulator }) => emulated || !emulator)
              .map(({ names, does }) => (
                <div key={does}>
                  <dt>
                    {names.map((name) => (
                      <Kbd key={name} size="xs">
                        {name}
                      </Kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
          </dl>
        </section>
        <section aria-label="Filter language">
          <h3>Filter language</h3>
          <p className="quiet">
            All words must hold; a field that is repeated means either. The address keeps the filter, so a
            view can be shared.
          </p>
          <dl className={classes.words}>
            {filterHelp.map(([example, says]) => (
              <div key={example}>
                <dt>
                  <button type="button" title="Try it" onClick={() => onTry(example)}>
                    {example}
                  </button>
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Modal>
  )
}
