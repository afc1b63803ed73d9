import sharp from 'sharp'
import type { FilmSource } from './filmSource.ts'

/** Frames that are decoded together: a page far behind costs all pages before it. */
const PAGES = 16
/** Browsers show frames that claim to stand 10 ms or less for 100 ms. */
const [SHORTEST, DEFAULT] = [20, 100]

/**
 * Opens a GIF or a WebP, animated or not.
 * @throws RangeError when it is neither.
 */
export async function openAnimation(file: string): Promise<FilmSource> {
  const {
    width,
    height,
    pageHeight = height,
    pages = 1,
    delay = [],
  } = await sharp(file, { animated: true })
    .metadata()
    .catch(error => {
      throw new RangeError((error as Error).message.replace(/^Input file /, 'it '))
    })
  const delays = Array.from({ length: pages }, (_, i) => (delay[i] >= SHORTEST ? delay[i] : DEFAULT) / 1000)
  return {
    width,
    height: pageHeight,
    async *frames(target) {
      let time = 0
      for (let page = 0; page < pages; page += PAGES) {
        const count = Math.min(PAGES, pages - page)
        const frames = await sharp(file, { page, pages: count })
          .resize(target.width, target.height, { fit: 'cover' })
          .flatten({ background: 'white' })
          .toColourspace('srgb')
          .removeAlpha()
          .raw()
          .toBuffer()
        const bytes = target.width * target.height * 3
        for (let i = 0; i < count; i++) {
          const duration = delays[page + i]
          yield { time, duration, pixels: frames.subarray(i * bytes, (i + 1) * bytes) }
          time += duration
        }
      }
    },
    close() {},
  }
}
