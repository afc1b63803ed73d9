// What media/ uses of gifenc, which comes without types.
declare module 'gifenc' {
  type Palette = number[][]
  interface GifStream {
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { palette?: Palette; delay?: number; repeat?: number },
    ): void
    finish(): void
    bytes(): Uint8Array
  }
  const gifenc: {
    GIFEncoder(): GifStream
    quantize(rgba: Uint8Array, maxColors: number, options?: { format?: 'rgb565' }): Palette
    applyPalette(rgba: Uint8Array, palette: Palette, format?: 'rgb565'): Uint8Array
  }
  export default gifenc
}
