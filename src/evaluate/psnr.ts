/**
 * Peak signal-to-noise ratio in decibels of two films of equal size, in sRGB bytes.
 * @param mask where to look (one number a pixel, 0 outside); everywhere when absent
 * @throws RangeError when the sizes differ or the mask is empty.
 */
export function measurePsnr(a: Uint8Array, b: Uint8Array, mask?: Uint8Array): number {
  if (a.length !== b.length)
    throw new RangeError(`films must be equally large, got ${a.length} and ${b.length}`)
  let [squares, count] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    if (mask && mask[Math.floor(i / 3)] === 0) continue
    squares += (a[i] - b[i]) ** 2
    count++
  }
  if (count === 0) throw new RangeError('the mask is empty')
  return 10 * Math.log10(255 ** 2 / (squares / count))
}
