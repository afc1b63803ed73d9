import { requireLibav } from './libav.ts'
import { type FilmFormat, fitFrame, type SaveOptions } from './picture.ts'

/** VP9's constant quality: 0 is lossless, 63 the worst. */
const QUALITY = 20
/** The tag that holds the description. */
export const WEBM_TAG = 'AOZORA'

/**
 * Writes frames (F x H x W x 3, sRGB) as WebM with VP9 in yuv420p. The same frames give the same bytes.
 * @throws RangeError when node-av is not installed.
 */
export async function writeWebm(
  file: string,
  frames: Uint8Array,
  format: FilmFormat,
  { target = format, description, enlargement }: SaveOptions = {},
): Promise<void> {
  const av = await requireLibav('a .webm cannot be written')
  const timeBase = { num: 1, den: format.fps }
  using scaler = new av.Scaler()
  using encoder = av.Encoder.createSync(av.FF_ENCODER_LIBVPX_VP9, {
    context: {
      bitRate: 0,
      gopSize: Math.round(format.fps * 4),
      threadCount: 1,
      framerate: new av.Rational(format.fps, 1),
    },
    configure: context => {
      const options = { crf: QUALITY, 'cpu-used': 2 }
      for (const [name, value] of Object.entries(options)) {
        const code = context.setOption(name, value, av.AV_OPT_TYPE_INT, av.AV_OPT_SEARCH_CHILDREN)
        av.FFmpegError.throwIfError(code, name)
      }
    },
  })
  // bitexact: no random identifiers and no time of day in the file.
  using muxer = av.Muxer.openSync(file, {
    format: 'webm',
    options: { fflags: '+bitexact' },
    configure: context => {
      if (description !== undefined) context.metadata = av.Dictionary.fromObject({ [WEBM_TAG]: description })
    },
  })
  const stream = muxer.addStream(encoder)
  const bytes = format.width * format.height * 3
  for (let i = 0; i * bytes < frames.length; i++) {
    const rgba = await fitFrame(frames.subarray(i * bytes, (i + 1) * bytes), format, target, enlargement)
    using picture = av.Frame.fromVideoBuffer(Buffer.from(rgba), {
      ...target,
      format: av.AV_PIX_FMT_RGBA,
      timeBase,
    })
    const planes = scaler.toBufferSync(picture, { format: 'yuv420p' })
    const props = { ...target, format: av.AV_PIX_FMT_YUV420P, timeBase, pts: BigInt(i) }
    using frame = av.Frame.fromVideoBuffer(planes, props)
    for (const packet of encoder.encodeAllSync(frame)) muxer.writePacketSync(packet, stream)
  }
  for (const packet of encoder.encodeAllSync(null)) muxer.writePacketSync(packet, stream)
  muxer.closeSync()
}
