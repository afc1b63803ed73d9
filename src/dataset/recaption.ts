import path from 'node:path'
import { writeAtomically } from '../store/index.ts'
import { type Clip, openDataset } from './open.ts'
import { nameShard } from './record.ts'
import { explainFileError, inspectShard, listShards } from './shard.ts'

/** How re-writing is watched and stopped. */
export interface RecaptionOptions {
  /** Called with the clips that are done, and how many there are. */
  readonly onProgress?: (done: number, of: number) => void
  readonly signal?: AbortSignal
}

/**
 * Gives every clip a new caption and keeps the old one beside it as `originalCaption`. Captions of clips that have both
 * already stay, so a run that was stopped goes on where it was; a shard's index is replaced whole.
 * @param write the new caption of a clip
 * @returns how many captions were written
 * @throws RangeError naming the file that cannot be read or written; shards that are done stay.
 * @throws DOMException AbortError when the signal aborts; shards that are done stay.
 */
export async function recaptionDataset(
  folder: string,
  write: (clip: Clip) => Promise<string>,
  { onProgress, signal }: RecaptionOptions = {},
): Promise<number> {
  const dataset = openDataset(folder)
  const of = dataset.clips.length
  let [number, written] = [0, 0]
  for (const shard of listShards(folder)) {
    const index = inspectShard(folder, shard)
    if (!('clips' in index)) continue
    const clips: typeof index.clips = []
    for (const clip of index.clips) {
      signal?.throwIfAborted()
      const current = number++
      if (current + 1 < of) dataset.prefetch(current + 1)
      if (clip.originalCaption === undefined) {
        clips.push({
          ...clip,
          caption: await write(await dataset.clip(current)),
          originalCaption: clip.caption,
        })
        written++
      } else clips.push(clip)
      onProgress?.(number, of)
    }
    const file = path.join(folder, nameShard(shard).json)
    try {
      writeAtomically(file, [Buffer.from(`${JSON.stringify({ ...index, clips })}\n`)])
    } catch (error) {
      throw explainFileError(error, file)
    }
  }
  return written
}
