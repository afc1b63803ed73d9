/** Side of a block, and pixels around it that are compared too. */
const [BLOCK, AROUND] = [4, 2]
/** How many pixels a block moves at most from one frame to the next. */
const REACH = 8
/** Mean difference, in steps of 255, up to which a block stands still, and what each pixel of a way must gain. */
const [STILL, PER_PIXEL] = [2, 0.05]

const clamp = (value: number, end: number) => Math.max(0, Math.min(end - 1, value))

/** A block of a frame, and where it may have been in the one before it. */
interface Way extends Readonly<Record<'x' | 'y' | 'dx' | 'dy', number>> {}

/** The mean difference of a block of `to` and its surroundings from the place in `from` where it may come from; no more than `most`. */
function measureWay(from: Uint8Array, to: Uint8Array, width: number, way: Way, most: number): number {
  const { x, y, dx, dy } = way
  const height = to.length / 3 / width
  const count = 3 * (BLOCK + 2 * AROUND) ** 2
  let sum = 0
  for (let j = y - AROUND; j < y + BLOCK + AROUND && sum < most * count; j++) {
    const [row, source] = [clamp(j, height) * width, clamp(j + dy, height) * width]
    for (let i = x - AROUND; i < x + BLOCK + AROUND; i++) {
      const [a, b] = [(row + clamp(i, width)) * 3, (source + clamp(i + dx, width)) * 3]
      for (let c = 0; c < 3; c++) sum += Math.abs(to[a + c] - from[b + c])
    }
  }
  return sum / count
}

/** Where a block of `to` was in `from`: the place nearby that looks most like it, and how much unlike it is. */
function findWay(
  from: Uint8Array,
  to: Uint8Array,
  width: number,
  x: number,
  y: number,
): Way & { readonly unlike: number } {
  let best: Way = { x, y, dx: 0, dy: 0 }
  let least = measureWay(from, to, width, best, Number.POSITIVE_INFINITY)
  if (least < STILL) return { ...best, unlike: least }
  for (let dy = -REACH; dy <= REACH; dy++) {
    for (let dx = -REACH; dx <= REACH; dx++) {
      const way = { x, y, dx, dy }
      const price = PER_PIXEL * Math.hypot(dx, dy)
      const cost = measureWay(from, to, width, way, least - price) + price
      if (cost < least) [best, least] = [way, cost]
    }
  }
  return { ...best, unlike: least }
}

/**
 * Carries what belongs to the pixels of a frame along with what is seen there to the next frame (block matching).
 * @param values H x W x 3, of the pixels of `from`
 * @param from a frame, H x W x 3, sRGB
 * @param to the frame after it
 * @param another mean difference, in steps of 255, at which half of what belongs to a block is let go: something else is there now
 * @returns H x W x 3, of the pixels of `to`
 */
export function carryAlong(
  values: Float32Array,
  from: Uint8Array,
  to: Uint8Array,
  width: number,
  another: number = Number.POSITIVE_INFINITY,
): Float32Array {
  const height = to.length / 3 / width
  const carried = values.slice()
  for (let y = 0; y < height; y += BLOCK) {
    for (let x = 0; x < width; x += BLOCK) {
      const { dx, dy, unlike } = findWay(from, to, width, x, y)
      if (dx === 0 && dy === 0 && unlike < STILL) continue
      const kept = 1 / (1 + (unlike / another) ** 4)
      for (let j = y; j < Math.min(y + BLOCK, height); j++) {
        for (let i = x; i < Math.min(x + BLOCK, width); i++) {
          const source = (clamp(j + dy, height) * width + clamp(i + dx, width)) * 3
          for (let c = 0; c < 3; c++) carried[(j * width + i) * 3 + c] = kept * values[source + c]
        }
      }
    }
  }
  return carried
}
