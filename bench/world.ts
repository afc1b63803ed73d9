// `node --import tsx bench/world.ts`: frames a second that one core films of the family `tabletop`, at 128 x 128 with
// antialiasing and shadows, three bodies a scene. One JSON object a line.
import { curricula, loadPhysics, renderMotion, type SceneOptions, sampleClip } from '../src/world/index.ts'
import { median } from './measure.ts'

const CLIPS = 12
const ROUNDS = 3

/** Seconds of a core that this process has used: what else the machine does is not counted. */
const coreSeconds = () => process.cpuUsage().user / 1e6

/** Frames a second of a core, over clips of consecutive seeds, 4 seconds each; the physics is not counted. */
function measure(options: SceneOptions): { rendered: number; all: number } {
  const clips = Array.from({ length: CLIPS }, (_, seed) =>
    sampleClip(seed, { ...curricula.full, ...options }),
  )
  const rates = Array.from({ length: ROUNDS + 1 }, () => {
    let [seconds, drawn, all] = [0, 0, 0]
    for (const { scene, motion } of clips) {
      const started = coreSeconds()
      const { frames, drawn: count } = renderMotion(scene, motion)
      seconds += coreSeconds() - started
      drawn += count
      all += frames.length / (scene.width * scene.height * 3)
    }
    return { rendered: drawn / seconds, all: all / seconds }
  }).slice(1)
  return { rendered: median(rates.map(rate => rate.rendered)), all: median(rates.map(rate => rate.all)) }
}

await loadPhysics()
const dry = ['plain', 'checkered', 'wood', 'grass'] as const
const still: SceneOptions = { bodies: [0, 0, 1], cameras: ['still'], floors: dry, materials: ['matte'] }
const mirror: SceneOptions = { bodies: [0, 0, 1], cameras: ['orbit', 'dolly', 'pan'], floors: ['asphalt'] }
for (const [name, options] of [
  ['world.tabletop', still],
  // Metal mirrors and glass bends what is around it: rays that are followed once or twice more.
  ['world.tabletop.materials', { ...still, materials: ['matte', 'metal', 'glass'] }],
  ['world.tabletop.mirror', mirror],
] as const) {
  const { rendered, all } = measure(options)
  console.log(JSON.stringify({ name, value: Math.round(all), unit: 'frames/s' }))
  console.log(JSON.stringify({ name: `${name}.moving`, value: Math.round(rendered), unit: 'frames/s' }))
}
