/** All that the first screen does without, in one file: each file more would be asked for by itself. */

export { Confirm } from './views/confirm.tsx'
export { Help } from './views/help.tsx'
export { Opened } from './views/opened.tsx'
export { Screens } from './views/screens.tsx'
export { SelectionBar } from './views/selection-bar.tsx'
export { TriggerDrawer } from './views/trigger-drawer.tsx'
