/** Starts the page: one state, one network, one view. */

import '@mantine/core/styles.layer.css'
import './page.css'
import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { Network } from './network.ts'
import { createStore } from './store.ts'
import { theme } from './theme.ts'
import { Broken } from './views/broken.tsx'

const store = createStore()
const network = new Network(store)
// The same key is read by color-scheme.js before the first paint.
const colorSchemeManager = localStorageColorSchemeManager({ key: 'fic-dev-color-scheme' })

const place = document.querySelector('#page')
if (!place) throw new Error('The page has no place for itself.')
createRoot(place).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorSchemeManager}>
    <Broken>
      <App store={store} network={network} />
    </Broken>
  </MantineProvider>,
)
network.start()
