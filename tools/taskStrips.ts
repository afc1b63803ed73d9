// One real strip for each task, for the table of the README: node --import tsx tools/taskStrips.ts
// Options: --steps 20 (few when absent) --seed 1 --threads 2 --model FOLDER --output docs/tasks --only inpaint,loop
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import {
  connect,
  edit,
  extend,
  extendBackward,
  imageToVideo,
  inpaint,
  loop,
  open,
  storyboard,
  textToVideo,
  type Video,
} from '../src/index.ts'
import { pickFrames, saveSheet } from '../src/media/index.ts'
import { completeCaption } from '../src/words/index.ts'

const { values } = parseArgs({
  options: {
    steps: { type: 'string' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string' },
    threads: { type: 'string' },
    output: { type: 'string', default: 'docs/tasks' },
    only: { type: 'string' },
  },
})
const opened = {
  folder: values.model,
  fast: values.steps === undefined,
  threads: values.threads === undefined ? undefined : Number(values.threads),
}
const model = await open(opened)
const settings = {
  seed: Number(values.seed),
  ...(values.steps && { numInferenceSteps: Number(values.steps) }),
}
const second = { ...settings, seed: settings.seed + 1 }
const SHOWN = 8

/** What the captions leave open is filled in as `aozora generate` does. */
const complete = (caption: string) => completeCaption(caption, settings.seed)?.caption ?? caption
const words = {
  ball: complete('a large red ball rolls to the right on a checkered floor'),
  cube: complete('a large blue cube rests on a checkered floor'),
  green: complete('a large green ball rolls to the right on a checkered floor'),
  bounce: complete('a large orange ball bounces on a plain grey floor'),
}
const two = { ...settings, seconds: 2 }

/** Films that several tasks go on from, made once. */
const made = new Map<string, Promise<Video>>()
const filmOf = (prompt: string, options: typeof two) => {
  const key = JSON.stringify([prompt, options])
  if (!made.has(key)) made.set(key, textToVideo(model, prompt, options))
  return made.get(key)!
}
const ball = () => filmOf(words.ball, two)
const still = () => filmOf(words.cube, two)
const pictureOf = (video: Video, at: number) => ({ pixels: [...video.frames()].at(at)!, changes: [] })

/** How each strip is made; its name is that of its file. */
const strips: Readonly<Record<string, () => Promise<Video>>> = {
  text: ball,
  variation: () => filmOf(words.ball, { ...second, seconds: 2 }),
  image: async () => imageToVideo(model, { first: pictureOf(await still(), 0) }, words.cube, two),
  lastImage: async () => imageToVideo(model, { last: pictureOf(await still(), -1) }, words.cube, two),
  extend: async () => extend(model, await ball(), { ...two, prompt: words.ball }),
  backward: async () => extendBackward(model, await ball(), { ...two, prompt: words.ball }),
  connect: async () =>
    connect(model, [await ball(), await filmOf(words.ball, { ...second, seconds: 2 })], {
      ...settings,
      seconds: 1,
      prompt: words.ball,
    }),
  loop: () => loop(model, words.bounce, { ...settings, seconds: 4 }),
  edit: async () => edit(model, await ball(), { ...settings, prompt: words.green }),
  inpaint: async () => {
    const { width, height } = model.size
    const box = { x: width / 2, y: height / 4, width: width / 2, height: height / 2 }
    const prompt = 'a large blue cube rests beside a small yellow ball on a checkered floor'
    return inpaint(model, await still(), { ...settings, prompt, box })
  },
  storyboard: () =>
    storyboard(
      model,
      [
        { prompt: words.cube, seconds: 2 },
        { prompt: 'a large blue cube slides to the left on a checkered floor', seconds: 2 },
      ],
      settings,
    ),
  minute: async () => {
    const wide = await open({ ...opened, size: { width: 224, height: 128 } })
    const film = await textToVideo(wide, words.cube, { ...settings, seconds: 60 })
    await wide.close()
    return film
  },
}

mkdirSync(values.output, { recursive: true })
const wanted = values.only?.split(',') ?? Object.keys(strips)
for (const name of wanted) {
  const make = strips[name]
  if (!make) throw new RangeError(`--only knows ${Object.keys(strips).join(', ')}, got ${name}`)
  const video = await make()
  const frames = pickFrames(video.film.frames, video, SHOWN)
  const file = path.join(values.output, `${name}.jpg`)
  await saveSheet(file, [{ label: '', frames }], video)
  console.log(`${file}: ${video.seconds} s, ${(video.timings.denoise / 1000).toFixed(1)} s of denoising`)
}
await model.close()
