import { type Film, type FilmOptions, makeFilm } from './film.ts'
import type { Model } from './model.ts'
import type { Shot } from './windows.ts'

/** Makes one film whose words change from shot to shot; it goes on without a cut. */
export function storyboard(
  model: Model,
  shots: readonly Shot[],
  options: Omit<FilmOptions, 'seconds'> = {},
): Promise<Film> {
  if (shots.length === 0) throw new RangeError('`shots` must hold at least one shot, got none')
  const seconds = shots.reduce((sum, shot) => sum + shot.seconds, 0)
  const prompt = shots.map(shot => shot.prompt).join(' / ')
  const beginning = { task: 'storyboard', known: new Float32Array(0), isStart: true, shots } as const
  return makeFilm(model, prompt, beginning, { ...options, seconds })
}
