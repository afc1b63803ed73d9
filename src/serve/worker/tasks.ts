import {
  connect,
  edit,
  extend,
  extendBackward,
  type Film,
  type FilmOptions,
  type Footage,
  imageToVideo,
  inpaint,
  loop,
  type Model,
  storyboard,
  textToVideo,
} from '../../sample/index.ts'
import type { TaskName, VideoRequest } from '../store/job.ts'

/** What a task is made from. */
export interface TaskInput {
  readonly model: Model
  readonly request: VideoRequest
  readonly options: FilmOptions
  /** Files that came with the request, of the model's size and rate. */
  readonly source?: Footage
  readonly second?: Footage
  readonly picture?: Footage
}

/** A film that a task needs, which was deleted. */
function expectFootage(footage: Footage | undefined, name: string): Footage {
  if (!footage) throw new Error(`the ${name} that this video is made from is gone`)
  return footage
}

/** The part of an extended film that is new. */
function keepNew(film: Film, { frameCount }: Footage): Film {
  const frames = film.frames.slice((film.frames.length / film.frameCount) * frameCount)
  return { ...film, frames, frameCount: film.frameCount - frameCount }
}

/** How each task is made. */
export const tasks = {
  'text to video': ({ model, request, options }) => textToVideo(model, request.prompt, options),
  'image to video': ({ model, request, options, picture }) =>
    imageToVideo(model, { first: expectFootage(picture, 'picture').frames }, request.prompt, options),
  extend: ({ model, request, options, source }) =>
    extend(model, expectFootage(source, 'video'), request.prompt, options),
  'extend backward': ({ model, request, options, source }) =>
    extendBackward(model, expectFootage(source, 'video'), request.prompt, options),
  edit: ({ model, request, options, source }) =>
    edit(model, expectFootage(source, 'video'), request.prompt, { ...options, strength: request.strength }),
  inpaint: ({ model, request: { prompt, from, to }, options, source, picture }) => {
    const mask = expectFootage(picture, 'mask').frames.filter((_, i) => i % 3 === 1)
    return inpaint(model, expectFootage(source, 'video'), prompt, { ...options, mask, from, to })
  },
  // The last frames of the character's clip are known, and left out of what is shown.
  character: async ({ model, request, options, source }) => {
    const clip = expectFootage(source, 'clip of the character')
    return keepNew(await extend(model, clip, request.prompt, options), clip)
  },
  loop: ({ model, request, options }) => loop(model, request.prompt, options),
  connect: ({ model, request, options, source, second }) =>
    connect(
      model,
      [expectFootage(source, 'first video'), expectFootage(second, 'second video')],
      request.prompt,
      options,
    ),
  storyboard: ({ model, request, options }) => storyboard(model, request.storyboard ?? [], options),
} satisfies Record<TaskName, (input: TaskInput) => Promise<Film>>

/** Tasks of which words alone say what is seen: a picture or a film that a task goes on from needs no more details. */
export const expandable: ReadonlySet<TaskName> = new Set(['text to video', 'loop'])
