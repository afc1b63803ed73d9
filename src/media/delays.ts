/**
 * How long each frame stands, in milliseconds, in whole units of the format: rounded so that the error never adds up.
 * @param unit 10 for GIF, 1 for WebP
 */
export function delaysOf(count: number, fps: number, unit: number): number[] {
  const at = (frame: number) => unit * Math.round((1000 * frame) / fps / unit)
  return Array.from({ length: count }, (_, i) => at(i + 1) - at(i))
}
