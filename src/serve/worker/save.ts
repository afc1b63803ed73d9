import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  describeOrigin,
  drawText,
  LETTER_WIDTH,
  LINE_HEIGHT,
  saveSpriteSheet,
  saveThumbnail,
  saveVideo,
} from '../../media/index.ts'
import { enlargeTowards, type Film, type Upscaler } from '../../sample/index.ts'
import type { Signer } from '../provenance/sign.ts'
import type { FileStore } from '../store/files.ts'
import type { Job } from '../store/job.ts'
import { readSize } from '../wire/schemas.ts'
import { cropFootage, packFootage } from './footage.ts'
import { expandable } from './tasks.ts'

/** What came out of a job, as files. */
export interface Output {
  readonly video: Uint8Array
  readonly thumbnail: Uint8Array
  readonly spritesheet: Uint8Array
  /** The frames as the model made them: what goes on from this video goes on from these. */
  readonly frames: Uint8Array
}

const [BRIGHT, DARK] = [255, 30]

/** Writes a visible mark into the lower left corner of every frame. */
function markFrames(frames: Uint8Array, width: number, height: number, text: string): void {
  const fitting = text.slice(0, Math.floor((width - 3) / LETTER_WIDTH))
  const top = height - LINE_HEIGHT + 1
  for (let start = 0; start < frames.length; start += width * height * 3) {
    const frame = frames.subarray(start, start + width * height * 3)
    drawText(frame, width, fitting, 3, top + 1, DARK)
    drawText(frame, width, fitting, 2, top, BRIGHT)
  }
}

/** Encodes a film in the size that was asked for, enlarged frame by frame where that is larger, and signs its files. */
export async function encodeFilm(
  { id, request }: Job,
  film: Film,
  {
    signer,
    mark,
    upscaler,
  }: { readonly signer: Signer; readonly mark?: string; readonly upscaler?: Upscaler },
): Promise<Output> {
  const target = readSize(request.size)
  const shaped = cropFootage(film, target)
  const shown = mark === undefined ? shaped : { ...shaped, frames: shaped.frames.slice() }
  if (mark !== undefined) markFrames(shown.frames, shown.width, shown.height, mark)
  const enlargement = upscaler && enlargeTowards(upscaler, shown, target)
  const folder = await mkdtemp(path.join(tmpdir(), 'aozora-work-'))
  const at = (name: string) => path.join(folder, name)
  try {
    await saveThumbnail(at('thumbnail.webp'), shown.frames, shown, { target, enlargement })
    await saveSpriteSheet(at('sprites.jpg'), shown.frames, shown)
    await saveVideo(at('video.mp4'), shown.frames, shown, {
      target,
      enlargement,
      description: describeOrigin(film.origin, expandable.has(request.task) ? request.prompt : undefined),
    })
    const sign = async (name: string, kind: string) =>
      signer.sign(await readFile(at(name)), { video: id, kind, origin: film.origin })
    return {
      video: await sign('video.mp4', 'video'),
      thumbnail: await sign('thumbnail.webp', 'thumbnail'),
      spritesheet: await sign('sprites.jpg', 'spritesheet'),
      frames: await packFootage(film),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Puts the files where clients find them: the video last, because a job without it is not finished. */
export async function putOutput(files: FileStore, id: string, output: Output): Promise<void> {
  for (const kind of ['frames', 'thumbnail', 'spritesheet', 'video'] as const) {
    await files.put(id, kind, output[kind])
  }
}
