/** Text that came from outside: always text, with the characters made visible that would hide or move something. */

import { toPieces } from '../visible.ts'

interface OutsideProps {
  text: string
  /** Line breaks and tabs are layout. */
  lines?: boolean
}

export function Outside({ text, lines = false }: OutsideProps) {
  return (
    <bdi>
      {toPieces(text, lines).map((piece, index) =>
        'text' in piece ? (
          piece.text
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- pieces of one text have no other name
          <span key={index} className="symbol" title={piece.code}>
            {piece.symbol}
          </span>
        ),
      )}
    </bdi>
  )
}
