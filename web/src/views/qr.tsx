/** An address as a QR code, dark on light in both colour schemes: many readers know no other. */

import { useMemo } from 'react'
import { encode } from 'uqr'
import classes from './screens.module.css'

export function Qr({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => toPath(text), [text])
  return (
    <svg className={classes.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#111" shapeRendering="crispEdges" />
    </svg>
  )
}

function toPath(text: string): { size: number; path: string } {
  const { size, data } = encode(text, { ecc: 'M', border: 2 })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return { size, path }
}
