/** Starts the page: one state, one network, one view. */

import './mantine.css'
import './page.css'
import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { loadTheRest } from './later.ts'
import { Network } from './network.ts'
import { readRoute } from './route.ts'
import { createStore } from './store.ts'
import { theme } from './theme.ts'
import { Broken } from './views/broken.tsx'

/** Drawn with the first answers, the page is drawn once and not twice; but nobody waits long for a page that shows nothing. */
const patienceMs = 150

const store = createStore()
const network = new Network(store)
// The same key is read by first.ts before the first paint.
const colorSchemeManager = localStorageColorSchemeManager({ key: 'fic-dev-color-scheme' })

const place = document.querySelector('#page')
if (!place) throw new Error('The page has no place for itself.')
store.dispatch({ type: 'query', query: readRoute(location.hash).query })
await Promise.race([network.start(), new Promise((resolve) => setTimeout(resolve, patienceMs))])
createRoot(place).render(
  <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorSchemeManager}>
    <Broken>
      <App store={store} network={network} />
    </Broken>
  </MantineProvider>,
)
loadTheRest()
