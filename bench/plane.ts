// `node --import tsx bench/plane.ts`: how fast the flat world films, in frames a second of one core's time, whatever
// else the machine does. One JSON object a line.
import { filmPlane, type PlaneScene, samplePlane } from '../src/world/index.ts'

const ROUNDS = 5

/** The first scenes of several balls that have three. */
function threeBalls(size: number, count: number): PlaneScene[] {
  const scenes: PlaneScene[] = []
  for (let seed = 1; scenes.length < count; seed++) {
    const scene = samplePlane(seed, { laws: ['balls'], width: size, height: size })
    if (scene.bodies.length === 3) scenes.push(scene)
  }
  return scenes
}

/** Frames a second, simulated, drawn, masked and told: the median of a few rounds. */
function measure(scenes: readonly PlaneScene[]): number {
  const rates = Array.from({ length: ROUNDS + 1 }, () => {
    const started = process.cpuUsage()
    let frames = 0
    for (const scene of scenes) frames += filmPlane(scene).frameCount
    const { user, system } = process.cpuUsage(started)
    return (1e6 * frames) / (user + system)
  })
  // The first round compiles.
  return rates.slice(1).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]
}

for (const [name, size, count] of [
  ['world.plane', 128, 60],
  ['world.plane.64', 64, 60],
  ['world.plane.256', 256, 30],
] as const) {
  console.log(JSON.stringify({ name, value: Math.round(measure(threeBalls(size, count))), unit: 'frames/s' }))
}
