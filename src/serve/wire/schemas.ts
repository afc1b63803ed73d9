import { z } from 'zod'
import type { Size } from '../../media/index.ts'

// One source: requests are checked by these, types are inferred from them, and /openapi.json is written from them.

/** Text that is a number: multipart knows nothing else. */
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/

const number = (low: number, high: number) =>
  z
    .union(
      [z.number(), z.string().regex(DECIMAL).transform(Number)],
      `must be a number from ${low} to ${high}`,
    )
    .pipe(z.number().min(low, `must be from ${low} to ${high}`).max(high, `must be from ${low} to ${high}`))

const whole = (low: number, high: number) =>
  number(low, high).refine(Number.isInteger, `must be a whole number from ${low} to ${high}`)

const flag = z.union(
  [z.boolean(), z.enum(['true', 'false']).transform(text => text === 'true')],
  'must be true or false',
)

const text = (low: number, high: number) =>
  z
    .string(`must be a text of ${low} to ${high} characters`)
    .min(low, `must have at least ${low} character`)
    .max(high, `must have at most ${high} characters`)

const SIZE = /^(\d{2,4})x(\d{2,4})$/

/** Pixels of a size like 1280x720; NaN of what is none. */
export function readSize(size: string): Size {
  const [, width, height] = SIZE.exec(size) ?? []
  return { width: Number(width), height: Number(height) }
}

const isSide = (side: number) => side >= 32 && side <= 2048 && side % 2 === 0

/** The size of a video that asks for none. */
export const DEFAULT_SIZE = '720x1280'

const size = z
  .string('must be WIDTHxHEIGHT, like 1280x720')
  .regex(SIZE, 'must be WIDTHxHEIGHT, like 1280x720')
  .refine(given => Object.values(readSize(given)).every(isSide), 'must have even sides from 32 to 2048')

/** Characters of a data URL: a picture of 15 MB. */
const LONGEST_URL = 20_971_520

const prompt = text(1, 32_000)
  .refine(words => words.trim() !== '', 'must say something')
  .describe('What the video shows.')
const seconds = whole(1, 60)

/** The id of a video of this server. */
const videoId = z.object({ id: text(1, 200) })

const reference = z.union(
  [
    z.file(),
    z.object({ image_url: text(1, LONGEST_URL).optional(), file_id: text(1, 200).optional() }),
    text(1, LONGEST_URL),
  ],
  'must be a picture: a file, or {image_url} with a data URL of PNG, JPEG or WebP',
)

const video = z.union([z.file(), videoId], 'must be a video: a file, or {id} of a video of this server')

/** What every request for a video can say besides its words. */
const settings = {
  seed: whole(0, 2 ** 31 - 1)
    .optional()
    .describe('Extension. The same seed and settings give the same video; drawn at random when absent.'),
  negative_prompt: text(0, 32_000).optional().describe('Extension. What the video shall not show.'),
  fast: flag
    .optional()
    .describe(
      'Extension. Few steps without guidance, and the best of several beginnings: true when absent, where the model has learned it and neither steps, guidance nor a negative prompt are asked for.',
    ),
  steps: whole(1, 200)
    .optional()
    .describe(
      'Extension. Denoising steps: 20 without `fast`, with it as many as the model has learned, when absent.',
    ),
  guidance: number(0, 30)
    .optional()
    .describe('Extension. How strictly the words are followed: 2.5 without `fast`, 1 with it, when absent.'),
}

const shot = z.object({ prompt, seconds })

/** Body of POST /videos. */
export const createSchema = z.object({
  prompt,
  model: text(1, 200).optional().describe('Any name: there is one model.'),
  seconds: seconds.optional().describe('4 when absent. Extension: any whole number up to 60.'),
  size: size.optional().describe(`${DEFAULT_SIZE} when absent. Extension: any even sides from 32 to 2048.`),
  input_reference: reference.optional().describe('The picture that the video begins with.'),
  characters: z
    .array(videoId)
    .max(1, 'must name one character at most: this model carries one')
    .optional()
    .describe('A subject that was registered: the video goes on from its clip.'),
  loop: flag.optional().describe('Extension. Played round and round it has no seam; from 2 to 12 seconds.'),
  storyboard: z
    .array(shot)
    .min(1, 'must hold at least one shot')
    .max(20, 'must hold at most 20 shots')
    .optional()
    .describe('Extension. Shots whose words follow one another; their seconds add up to the video.'),
  ...settings,
})

/** Body of POST /videos/{id}/remix. */
export const remixSchema = z.object({ prompt, ...settings })

/** Body of POST /videos/edits. */
export const editSchema = z.object({
  prompt,
  video,
  strength: number(0.01, 1)
    .optional()
    .describe('Extension. How much is made anew, up to 1: 0.9 when absent.'),
  mask: reference
    .optional()
    .describe('Extension. A picture: only what is white in it is made anew, and that entirely.'),
  from: number(0, 60).optional().describe('Extension. With `mask`: the second from which it is made anew.'),
  to: number(0, 60).optional().describe('Extension. With `mask`: the second up to which.'),
  size: size.optional().describe('Extension. That of the source when absent.'),
  model: text(1, 200).optional(),
  ...settings,
})

/** Body of POST /videos/extensions. */
export const extendSchema = z.object({
  prompt,
  video,
  seconds: seconds.optional().describe('Seconds that are added: 4 when absent.'),
  direction: z
    .enum(['forward', 'backward'], 'must be forward or backward')
    .optional()
    .describe('Extension. `backward` makes what came before.'),
  size: size.optional().describe('Extension. That of the source when absent.'),
  model: text(1, 200).optional(),
  ...settings,
})

/** Body of POST /videos/connections. */
export const connectSchema = z.object({
  prompt,
  videos: z
    .array(videoId, 'must be two videos of this server: [{id}, {id}]')
    .length(2, 'must be two videos of this server: [{id}, {id}]'),
  seconds: seconds.optional().describe('Seconds in between: 1 when absent.'),
  model: text(1, 200).optional(),
  ...settings,
})

/** Letters that may stand in a name: no control characters, no halves of letters. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u

/** Body of POST /videos/characters. */
export const characterSchema = z.object({
  name: text(1, 80).regex(PRINTABLE, 'must hold no control characters'),
  video: z.file('must be a video file'),
})

/** Query of GET /videos. */
export const listSchema = z.object({
  limit: whole(0, 100).optional().describe('20 when absent.'),
  order: z.enum(['asc', 'desc'], 'must be asc or desc').optional().describe('By creation; desc when absent.'),
  after: text(1, 200).optional().describe('The id of the video before the page.'),
})

/** Query of GET /videos/{id}/content. */
export const contentSchema = z.object({
  variant: z
    .enum(['video', 'thumbnail', 'spritesheet'], 'must be video, thumbnail or spritesheet')
    .optional()
    .describe('MP4, WebP or JPEG; `video` when absent.'),
})

const unix = z.number().int().describe('Unix seconds.')

/** A video as clients know it: every key is always there. */
export const videoSchema = z.object({
  id: z.string(),
  object: z.literal('video'),
  model: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
  progress: z.number().int(),
  created_at: unix,
  completed_at: unix.nullable(),
  expires_at: unix.nullable(),
  prompt: z.string().nullable(),
  size: z.string(),
  seconds: z.string(),
  remixed_from_video_id: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  metadata: z
    .object({
      task: z.string(),
      seed: z.number().int(),
      fast: z.boolean(),
      steps: z.number().int(),
      guidance: z.number(),
      negative_prompt: z.string(),
      attempts: z.number().int(),
      generated_size: z.string().nullable().describe('Pixels that the model made, before they were scaled.'),
      frames: z.number().int().nullable(),
      fps: z.number().nullable(),
      expanded_prompt: z
        .string()
        .nullable()
        .describe("The prompt in the model's own words, as it was shown to it."),
      notes: z
        .array(z.string())
        .nullable()
        .describe('What of the prompt was understood otherwise than it was said.'),
      unknown_words: z.array(z.string()).nullable().describe('Words that the model has never seen.'),
      weights: z.string().nullable().describe('Fingerprint of the model.'),
    })
    .describe('Extension. How the video is made.'),
})

/** A video as clients know it. */
export type VideoObject = z.infer<typeof videoSchema>

/** Answer of GET /videos. */
export const pageSchema = z.object({
  object: z.literal('list'),
  data: z.array(videoSchema),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
})

/** Answer of DELETE /videos/{id}. */
export const deletedSchema = z.object({
  id: z.string(),
  object: z.literal('video.deleted'),
  deleted: z.boolean(),
})

/** A character as clients know it. */
export const characterObjectSchema = z.object({ id: z.string(), name: z.string(), created_at: unix })

/** A model as clients know it. */
export const modelSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: unix,
  owned_by: z.string(),
})

/** Answer of GET /models. */
export const modelsSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) })

/** Every error. */
export const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
})

/** What a webhook is sent. */
export const eventSchema = z.object({
  id: z.string(),
  object: z.literal('event'),
  created_at: unix,
  type: z.enum(['video.completed', 'video.failed']),
  data: z.object({ id: z.string() }),
})
