// PhyWorld's flat world: five laws on one sheet, and what a perfect model would score: node --import tsx examples/06-flat-world.ts
import { measureFloor } from '../src/evaluate/index.ts'
import { pickFrames, saveSheet } from '../src/media/index.ts'
import {
  filmPlane,
  type PlaneFilm,
  phyworldLaws,
  planeGrid,
  planeLaws,
  samplePlane,
} from '../src/world/index.ts'

const size = 128
const bytes = size * size * 3

/** Every fourth frame laid over those before it, as a stroboscope shows motion. */
function overlay({ frames, frameCount }: PlaneFilm): Uint8Array {
  const picture = new Uint8Array(bytes).fill(255)
  for (let f = 3; f < frameCount; f += 4) {
    const opacity = f === frameCount - 1 ? 1 : 0.2 + (0.5 * f) / frameCount
    for (let i = 0; i < bytes; i += 3) {
      const pixel = frames.subarray(f * bytes + i, f * bytes + i + 3)
      const ink = opacity * (1 - Math.min(...pixel) / 255)
      if (ink > 0) for (let c = 0; c < 3; c++) picture[i + c] += ink * (pixel[c] - picture[i + c])
    }
  }
  return picture
}

/** A copy with a thin grey frame, so that white ground ends somewhere. */
function frame(picture: Uint8Array): Uint8Array {
  const framed = picture.slice()
  for (let i = 0; i < size * size; i++) {
    const [row, column] = [Math.floor(i / size), i % size]
    if (row % (size - 1) === 0 || column % (size - 1) === 0)
      for (let c = i * 3; c < i * 3 + 3; c++) framed[c] = Math.min(framed[c], 218)
  }
  return framed
}

/** The first two films of each law among the seeds 1, 2, 3 ... */
const rows = planeLaws.flatMap(law => {
  const films: PlaneFilm[] = []
  for (let seed = 1; films.length < 2; seed++) {
    const scene = samplePlane(seed, { width: size, height: size })
    if (scene.law === law) films.push(filmPlane(scene))
  }
  return films.map(film => {
    const told = film.caption.length < 155 ? film.caption : film.shortCaption
    const frames = [...pickFrames(film.frames, film, 7), overlay(film)].map(frame)
    return { label: `seed ${film.scene.seed}: ${told}`, frames }
  })
})
await saveSheet('plane.png', rows, { width: size, height: size })
console.log('plane.png: each law twice over time, and at the right all at once\n')

console.log('velocity error of true films at 256 x 256   released parser   calibrated parser')
for (const law of phyworldLaws) {
  const { released, calibrated } = measureFloor(planeGrid(law, 'evaluation', { width: 256, height: 256 }))
  const told = [released, calibrated].map(
    ({ mean, deviation }) => `${mean.toFixed(4)} +- ${deviation.toFixed(4)}`,
  )
  console.log(`${law.padEnd(9)} (${released.clips} clips)`.padEnd(44) + told.join('  '))
}
