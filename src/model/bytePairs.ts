// Byte pairs (Sennrich et al., 1508.07909; on bytes as in GPT-2): tokens 0 to 255 are the bytes, each later one joins
// two earlier ones. Every text has tokens, and tokens give the text back.

/** A tokenizer: the pairs that were joined, in the order in which training found them. Token 256 + i is pair i. */
export interface BytePairs {
  readonly pairs: readonly (readonly [number, number])[]
}

/** Words with the space before them, Chinese letters one by one: no pair reaches from one piece into the next. */
const PIECES = / ?\p{Script=Han}| ?(?:(?!\p{Script=Han})\p{L})+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+/gu

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const keyOf = (left: number, right: number) => left * 65536 + right

/** Number of tokens of a tokenizer. */
export const countTokens = ({ pairs }: BytePairs): number => 256 + pairs.length

/** Joins every `left right` of a piece to `joined`. */
function joinPair(tokens: readonly number[], left: number, right: number, joined: number): number[] {
  const result: number[] = []
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      result.push(joined)
      i++
    } else result.push(tokens[i])
  }
  return result
}

/**
 * Learns pairs from texts: the commonest pair of neighbours becomes a token, again and again.
 * @param size tokens that there shall be, 256 to 65536; fewer when no pair occurs twice any more
 */
export function trainBytePairs(texts: Iterable<string>, size: number): BytePairs {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const [piece] of text.matchAll(PIECES)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  }
  const pieces = [...counts].map(([piece, count]) => ({ tokens: [...encoder.encode(piece)], count }))
  const pairs: [number, number][] = []
  while (256 + pairs.length < size) {
    const neighbours = new Map<number, number>()
    for (const { tokens, count } of pieces) {
      for (let i = 0; i + 1 < tokens.length; i++) {
        const key = keyOf(tokens[i], tokens[i + 1])
        neighbours.set(key, (neighbours.get(key) ?? 0) + count)
      }
    }
    let [best, most] = [-1, 1]
    for (const [key, count] of neighbours) {
      if (count > most || (count === most && key < best)) [best, most] = [key, count]
    }
    if (most < 2) break
    const [left, right] = [Math.floor(best / 65536), best % 65536]
    const joined = 256 + pairs.push([left, right]) - 1
    for (const piece of pieces) {
      if (piece.tokens.includes(left)) piece.tokens = joinPair(piece.tokens, left, right, joined)
    }
  }
  return { pairs }
}

const rankings = new WeakMap<BytePairs, ReadonlyMap<number, number>>()

function ranksOf(tokenizer: BytePairs): ReadonlyMap<number, number> {
  const known = rankings.get(tokenizer)
  if (known) return known
  const ranks = new Map(tokenizer.pairs.map(([left, right], rank) => [keyOf(left, right), rank]))
  rankings.set(tokenizer, ranks)
  return ranks
}

function encodePiece(piece: string, ranks: ReadonlyMap<number, number>): number[] {
  let tokens = [...encoder.encode(piece)]
  while (tokens.length > 1) {
    let best = Infinity
    for (let i = 0; i + 1 < tokens.length; i++) {
      best = Math.min(best, ranks.get(keyOf(tokens[i], tokens[i + 1])) ?? Infinity)
    }
    if (best === Infinity) break
    const at = tokens.findIndex((token, i) => ranks.get(keyOf(token, tokens[i + 1])) === best)
    tokens = joinPair(tokens, tokens[at], tokens[at + 1], 256 + best)
  }
  return tokens
}

/** A text as token numbers. */
export function encodeBytePairs(tokenizer: BytePairs, text: string): number[] {
  const ranks = ranksOf(tokenizer)
  return [...text.matchAll(PIECES)].flatMap(([piece]) => encodePiece(piece, ranks))
}

/** The bytes of one token. */
function bytesOfToken({ pairs }: BytePairs, token: number): number[] {
  if (token < 256) return [token]
  const [left, right] = pairs[token - 256]
  return [...bytesOfToken({ pairs }, left), ...bytesOfToken({ pairs }, right)]
}

/** Token numbers as text; bytes that are no UTF-8 become U+FFFD. */
export function decodeBytePairs(tokenizer: BytePairs, tokens: readonly number[]): string {
  return decoder.decode(Uint8Array.from(tokens.flatMap(token => bytesOfToken(tokenizer, token))))
}
