import { type Film, type FilmOptions, makeFilm } from './film.ts'
import type { Model } from './model.ts'

/** Makes a film from words. The same model, prompt, seed and options give the same film on the same machine. */
export function textToVideo(model: Model, prompt: string, options: FilmOptions = {}): Promise<Film> {
  return makeFilm(
    model,
    prompt,
    { task: 'text to video', known: new Float32Array(0), isStart: true },
    options,
  )
}
