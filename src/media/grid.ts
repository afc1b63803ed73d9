import type { Size } from './picture.ts'

/** Pixels on a side of one token: films are made in multiples of it. */
const GRAIN = 32
const LONGEST_SIDE = 256
/** How much a film's area may differ from the model's own, against how much its shape may differ from what is wanted. */
const AREA_WEIGHT = 0.2

/** Whether a film is nowhere smaller than the model's own: in less height than it was trained with it has no floor to stand on. */
const covers = (size: Size, own: Size) => size.width >= own.width && size.height >= own.height

/**
 * The size in which a model makes a film of a wanted shape: multiples of 32, at least as wide and as high as it was trained with,
 * and of no more area than the shape needs.
 */
export function chooseGrid(own: Size, wanted: Size): Size {
  const sides = Array.from({ length: LONGEST_SIDE / GRAIN }, (_, i) => (i + 1) * GRAIN)
  const misfit = ({ width, height }: Size) =>
    Math.abs(Math.log((width / height / wanted.width) * wanted.height)) +
    AREA_WEIGHT * Math.abs(Math.log((width * height) / own.width / own.height))
  const all = sides.flatMap(width => sides.map(height => ({ width, height })))
  const grids = all.filter(grid => covers(grid, own))
  return grids.reduce((best, grid) => (misfit(grid) < misfit(best) ? grid : best), own)
}

/** How much larger than the model's own a film may be that is made as large as it is wanted. */
const LARGEST_AREA = 1.5

/**
 * The size in which a film of wanted pixels is made: these pixels, where they are multiples of 32, not less and not much more
 * than the model was trained with, else those of `chooseGrid`, from which it is then scaled.
 */
export function gridOfPixels(own: Size, wanted: Size): Size {
  const isGrid = wanted.width % GRAIN === 0 && wanted.height % GRAIN === 0
  const isNear = wanted.width * wanted.height <= LARGEST_AREA * own.width * own.height
  return isGrid && isNear && covers(wanted, own) ? wanted : chooseGrid(own, wanted)
}
