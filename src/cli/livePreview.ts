import type { WriteStream } from 'node:tty'
import type { FilmOptions } from '../index.ts'
import { chooseCells, drawCells } from './terminalPicture.ts'

/** Milliseconds from one picture to the next at least, and how many times as long as making it took. */
const [SHORTEST_PAUSE, REST] = [80, 20]

/** Steps of a film after which there is something to be seen. */
const FOG_STEPS = 6

type Progress = Parameters<NonNullable<FilmOptions['onProgress']>>[0]

/** A picture above the progress bar that shows what the film will be. */
export interface LivePreview {
  /** Plays the film as it is now, a frame when it is time for one: at most twelve a second and for 5 % of the time. */
  update(progress: Progress): void
  /** Shows the finished film's picture (H x W x 3, sRGB) once no other is being drawn. */
  stop(last?: Uint8Array): Promise<void>
}

/** Makes room for pictures of a size above the line in which the cursor stands. */
export function startLivePreview(
  stream: WriteStream,
  size: { readonly width: number; readonly height: number },
): LivePreview {
  const cells = chooseCells(size)
  stream.write('\n'.repeat(cells.rows))
  const draw = (frame: Uint8Array, of = size) => {
    const lines = drawCells(frame, of, cells).join('\n\r')
    // The cursor is kept, goes up, and comes back to where the bar is drawn.
    stream.write(`\x1b7\x1b[${cells.rows}A\r${lines}\x1b8`)
  }
  const began = performance.now()
  let due = began + SHORTEST_PAUSE
  const play = ({ frames, frameCount, fps, ...small }: Awaited<ReturnType<Progress['preview']>>) => {
    const frame = Math.floor(((performance.now() - began) / 1000) * fps) % frameCount
    const bytes = small.width * small.height * 3
    draw(frames.subarray(frame * bytes, (frame + 1) * bytes), small)
  }
  let running: Promise<void> | undefined
  const show = async (preview: Progress['preview']) => {
    const started = performance.now()
    // A picture that cannot be made is no reason to stop the film.
    await preview().then(play, () => {})
    const now = performance.now()
    due = now + Math.max(SHORTEST_PAUSE, REST * (now - started))
  }
  return {
    update({ step, steps, preview }) {
      const isFog = step < FOG_STEPS && 4 * step < steps
      if (isFog || running || performance.now() < due) return
      running = show(preview).finally(() => {
        running = undefined
      })
    },
    async stop(last) {
      due = Number.POSITIVE_INFINITY
      await running
      if (last) draw(last)
    },
  }
}
