import type { experimental_generateVideo } from 'ai'

// What the AI SDK asks of a video model, in the words of the Videos API.

/** A video model as the AI SDK knows it: its third specification, which versions 6 and 7 of `ai` accept. */
export type VideoModel = Extract<
  Parameters<typeof experimental_generateVideo>[0]['model'],
  { specificationVersion: 'v3' }
>

/** What a model is called with. */
export type CallOptions = Parameters<VideoModel['doGenerate']>[0]

/** What a model answers. */
export type Generated = Awaited<ReturnType<VideoModel['doGenerate']>>

type Warnings = Generated['warnings']
type Picture = NonNullable<CallOptions['image']>

const SHORT_SIDE = 720
const LONGEST_SIDE = 2048

/** A size of a shape like 16:9: its shorter side has 720 pixels, unless the longer one would not fit. */
function sizeOfShape(shape: string): string {
  const [width, height] = shape.split(':').map(Number)
  const scale = Math.min(SHORT_SIDE / Math.min(width, height), LONGEST_SIDE / Math.max(width, height))
  const even = (side: number) => 2 * Math.round((side * scale) / 2)
  return `${even(width)}x${even(height)}`
}

function sizeOf({ resolution, aspectRatio }: CallOptions): string | undefined {
  if (resolution !== undefined) return resolution
  return aspectRatio === undefined || aspectRatio === 'adaptive' ? undefined : sizeOfShape(aspectRatio)
}

/** The address of a picture: its own, or one that holds its bytes. */
function addressOf(picture: Picture): string {
  if (picture.type === 'url') return picture.url
  const { data, mediaType } = picture
  return `data:${mediaType};base64,${typeof data === 'string' ? data : Buffer.from(data).toString('base64')}`
}

/** Says what was asked for and is not done, instead of leaving it out silently. */
function warn({ fps, aspectRatio, generateAudio, frameImages, inputReferences }: CallOptions): Warnings {
  const details = {
    fps: fps !== undefined && 'the model has a rate of its own; the metadata says which',
    aspectRatio: aspectRatio === 'adaptive' && 'name a shape, or a resolution',
    generateAudio: generateAudio === true && 'the films are silent',
    frameImages:
      frameImages?.some(({ frameType }) => frameType === 'last_frame') === true &&
      'only the first frame can be given',
    inputReferences:
      (inputReferences?.length ?? 0) > 0 &&
      'a picture can only be the first frame: give it as `prompt.image`',
  }
  return Object.entries(details).flatMap(([feature, reason]) =>
    reason ? [{ type: 'unsupported' as const, feature, details: reason }] : [],
  )
}

/** The body of POST /videos for each of the wanted videos, and what of the request is not done. */
export function describeRequest(
  model: string,
  options: CallOptions,
): { readonly bodies: readonly Record<string, unknown>[]; readonly warnings: Warnings } {
  const { prompt, n, duration, seed, frameImages, providerOptions } = options
  const first = frameImages?.find(({ frameType }) => frameType === 'first_frame')?.image ?? options.image
  const body = {
    // What only this server knows: fast, steps, guidance, negative_prompt, loop, storyboard, characters.
    ...providerOptions.aozora,
    model,
    prompt,
    seconds: duration,
    size: sizeOf(options),
    input_reference: first && { image_url: addressOf(first) },
  }
  // The same seed would make the same video again.
  const bodies = Array.from({ length: n }, (_, i) =>
    seed === undefined ? body : { ...body, seed: seed + i },
  )
  return { bodies, warnings: warn(options) }
}
