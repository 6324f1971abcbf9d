/** The look of Mantine's parts, so that they belong to this page. Colours of our own are in page.css. */

import { createTheme } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'lagoon',
  primaryShade: 7,
  defaultRadius: 6,
  cursorType: 'pointer',
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '11.5px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  colors: {
    lagoon: [
      '#e6f7f3',
      '#cfeee6',
      '#a0dccd',
      '#6fcab3',
      '#46ba9d',
      '#2fb08f',
      '#138a72',
      '#0b6e63',
      '#075a51',
      '#04463f',
    ],
    // From text to the deepest ground: the same greys as in page.css, for what Mantine paints itself.
    dark: [
      '#e7edee',
      '#adb9bd',
      '#87959a',
      '#5d6a6f',
      '#354145',
      '#262f32',
      '#192022',
      '#14191b',
      '#101516',
      '#0d1112',
    ],
  },
})
