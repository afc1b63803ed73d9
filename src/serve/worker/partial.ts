import type { Finished, Model } from '../../sample/index.ts'

// The finished windows of a film that is being made: one line of JSON that says of which film, and latents as 32-bit floats.

interface Header {
  readonly weights: string
  readonly size: { readonly width: number; readonly height: number }
  readonly windows: number
  readonly take?: number
}

const NEWLINE = 0x0a

/** Finished windows as bytes. */
export function packFinished(model: Model, { windows, latents, take }: Finished): Uint8Array {
  const header: Header = { weights: model.fingerprint, size: model.size, windows, take }
  const bytes = Buffer.from(latents.buffer, latents.byteOffset, latents.byteLength)
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes])
}

/** The inverse of `packFinished`; undefined when they are of another model or shape, which cannot go on from them. */
export function unpackFinished(model: Model, bytes: Uint8Array): Finished | undefined {
  const end = bytes.indexOf(NEWLINE)
  const { weights, size, windows, take }: Header = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString())
  const fits =
    weights === model.fingerprint && size.width === model.size.width && size.height === model.size.height
  // A copy: what follows the line begins at any byte, and numbers must begin at a multiple of 4.
  return fits
    ? { windows, take, latents: new Float32Array(new Uint8Array(bytes.subarray(end + 1)).buffer) }
    : undefined
}
