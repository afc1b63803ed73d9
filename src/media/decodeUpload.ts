import type * as libav from 'node-av'
import sharp from 'sharp'
import { hasLibav, requireLibav } from './libav.ts'
import type { Size } from './picture.ts'
import { type Pose, readPose, scaleUpright, shownSize } from './upright.ts'

// What strangers send is read here: with limits, from memory, in a process of its own (serve/uploads/).

/** What an upload may be at most. */
export interface DecodeLimits {
  /** Pixels of one picture. */
  readonly pixels: number
  /** Frames that are decoded. */
  readonly frames: number
  /** Length of a video. */
  readonly seconds: number
}

/** An upload to decode. */
export interface DecodeRequest {
  readonly kind: 'picture' | 'video'
  readonly bytes: Uint8Array
  /** Frames a second that are wanted. */
  readonly fps: number
  readonly limits: DecodeLimits
}

/** The size that an upload of some size is cut and scaled to. */
export type ChooseSize = (original: Size) => Size

/** An upload as the model can read it. */
export interface Decoded extends Size {
  /** F x H x W x 3, sRGB; one frame of a picture. */
  readonly frames: Uint8Array
  readonly frameCount: number
  readonly fps: number
  /** Pixels of the upload. */
  readonly original: Size
}

/** What is wrong with an upload, said to the one who sent it. */
export class UploadError extends Error {}

/** The largest part in the middle of a picture that has a wanted shape. */
export function cropTo({ width, height }: Size, wanted: Size): Size & { left: number; top: number } {
  const scale = Math.max(wanted.width / width, wanted.height / height)
  const [w, h] = [Math.round(wanted.width / scale), Math.round(wanted.height / scale)].map(side =>
    Math.max(1, side),
  )
  return { width: w, height: h, left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2) }
}

async function decodePicture({ bytes, fps, limits }: DecodeRequest, choose: ChooseSize): Promise<Decoded> {
  const image = sharp(bytes, { limitInputPixels: limits.pixels, failOn: 'error' }).rotate()
  const { format, width = 0, height = 0 } = await image.metadata()
  if (!['jpeg', 'png', 'webp'].includes(format))
    throw new UploadError(`it is ${format}, not JPEG, PNG or WebP`)
  const original = { width, height }
  const grid = choose(original)
  const picture = image.resize(grid.width, grid.height, { fit: 'cover' })
  const frames = await picture.flatten().toColourspace('srgb').removeAlpha().raw().toBuffer()
  return { frames, frameCount: 1, ...grid, fps, original }
}

/**
 * The container by its first bytes. FFmpeg is told which one to read, and never asked to guess: among those that it
 * guesses are play lists, which name other files and addresses.
 */
function containerOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  if (head.slice(4, 8) === 'ftyp' || head.slice(4, 8) === 'moov') return 'mov'
  if (head.startsWith('\x1aE\xdf\xa3')) return 'matroska'
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'AVI ') return 'avi'
  if (head.startsWith('GIF8')) return 'gif'
  throw new UploadError('it is not MP4, MOV, WebM, Matroska, AVI or GIF')
}

async function loadCodecs() {
  if (await hasLibav()) return requireLibav('')
  throw new UploadError('this server cannot read videos: its optional package node-av is not installed')
}

async function decodeVideo({ bytes, fps, limits }: DecodeRequest, choose: ChooseSize): Promise<Decoded> {
  const format = containerOf(bytes)
  const av = await loadCodecs()
  const demuxer = av.Demuxer.openSync(Buffer.from(bytes), { format })
  const stream = demuxer.video()
  if (!stream) throw new UploadError('it holds no moving pictures')
  const { width, height } = stream.codecpar
  if (width * height > limits.pixels || width * height === 0) {
    throw new UploadError(`its pictures may have at most ${limits.pixels} pixels, got ${width}x${height}`)
  }
  const scaler = new av.Scaler({ flags: av.SWS_BICUBIC })
  const pictures: Uint8Array[] = []
  const decoder = av.Decoder.createSync(stream)
  let shown: { readonly pose: Pose; readonly original: Size; readonly grid: Size } | undefined
  let [count, start] = [0, Number.NaN]
  for (const frame of decoder.framesSync(demuxer.packetsSync(stream.index))) {
    if (!frame) continue
    if (++count > limits.frames) throw new UploadError(`it may have at most ${limits.frames} frames`)
    shown ??= readShown(av, frame, choose)
    const { num, den } = frame.timeBase.den > 0 && frame.timeBase.num > 0 ? frame.timeBase : stream.timeBase
    const at = (Number(frame.bestEffortTimestamp) * num) / den
    if (Number.isNaN(start)) start = at
    if (at - start > limits.seconds) throw new UploadError(`it may have at most ${limits.seconds} s`)
    // Frames that come too early for the next picture are left out; one that comes late is shown more than once.
    const due = Math.floor((at - start) * fps + 1e-6) + 1
    if (due > pictures.length) {
      const picture = scaleUpright(scaler, frame, shown.pose, shown.grid)
      while (pictures.length < due) pictures.push(picture)
    }
    frame.free()
  }
  if (!shown) throw new UploadError('it holds no frames')
  const { original, grid } = shown
  return { frames: Buffer.concat(pictures), frameCount: pictures.length, ...grid, fps, original }
}

/** How the frames of an upload are shown, from its first. */
function readShown(av: typeof libav, frame: libav.Frame, choose: ChooseSize) {
  const pose = readPose(av, frame)
  const original = shownSize({ width: frame.width, height: frame.height }, pose)
  return { pose, original, grid: choose(original) }
}

/**
 * Decodes an upload, cut and scaled to the size that is chosen for it.
 * @throws UploadError, or whatever the codec throws.
 */
export function decodeUpload(request: DecodeRequest, choose: ChooseSize): Promise<Decoded> {
  return request.kind === 'picture' ? decodePicture(request, choose) : decodeVideo(request, choose)
}
