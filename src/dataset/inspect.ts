import { fitInside, pickFrames, type SheetRow, type Size } from '../media/index.ts'
import type { Dataset } from './open.ts'

/** How often each value of each attribute is seen: attribute -> value -> clips or bodies with it. */
export type AttributeCounts = Record<string, Record<string, number>>

/** Counts the leaves of attributes, whatever world they come from; lists of bodies count body by body. */
export function countAttributes(list: readonly unknown[]): AttributeCounts {
  const counts: AttributeCounts = {}
  const visit = (value: unknown, name: string) => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, name)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, name === '' ? key : `${name}.${key}`)
    } else {
      counts[name] ??= {}
      counts[name][String(value)] = (counts[name][String(value)] ?? 0) + 1
    }
  }
  for (const attributes of list) visit(attributes, '')
  return counts
}

/** Shades of what surrounds a frame in a cell that it does not fill. */
const PAPER = 250

/**
 * Rows for a contact sheet: clips evenly spread over a dataset, each with frames from its first to its last. Frames of
 * other shapes are scaled into a cell of the most frequent one.
 */
export async function pickRows(
  dataset: Dataset,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Promise<{ rows: SheetRow[]; size: Size }> {
  const [{ width, height }] = dataset.shapes
  const total = dataset.clips.length
  const chosen = Array.from({ length: Math.min(rows, total) }, (_, i) =>
    Math.floor((i * total) / Math.min(rows, total)),
  )
  const picked: SheetRow[] = []
  for (const index of chosen) {
    const { frames, caption, source, ...size } = await dataset.clip(index)
    const cells = pickFrames(frames, size, columns).map(frame =>
      fitInside(frame, size, { width, height }, PAPER),
    )
    picked.push({ label: `${index} ${caption || (source?.file ?? '')}`, frames: await Promise.all(cells) })
  }
  return { rows: picked, size: { width, height } }
}
