import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { pickFrames, type SheetRow, savePicture, saveSheet, saveVideo } from '../media/index.ts'
import { writeAtomically } from '../store/index.ts'
import {
  type CurriculumName,
  curricula,
  type Family,
  type Film,
  families,
  filmScene,
  loadPhysics,
  type SceneOptions,
  sampleClip,
} from '../world/index.ts'
import { decimalNumber, stopSignal, wholeNumber } from './options.ts'
import { startProgress } from './progress.ts'

interface FilmOptions {
  readonly curriculum: CurriculumName
  readonly seed: number
  readonly count: number
  readonly seconds: number
  readonly fps: number
  readonly size: { readonly width: number; readonly height: number }
  readonly output: string
  readonly sheet: string
  readonly columns: number
  readonly depth?: true
}

/** Shorter side in pixels when only a shape is given. */
const SIDE = 128
const shapes = { '1:1': [1, 1], '16:9': [16, 9], '9:16': [9, 16] } as const

const even = (value: number) => 2 * Math.round(value / 2)

/** A parser for sizes, for commander: 256, 320x180, or a shape (1:1, 16:9, 9:16) whose shorter side is 128. */
function pictureSize(text: string): FilmOptions['size'] {
  const shape = shapes[text as keyof typeof shapes]
  if (shape) {
    const unit = SIDE / Math.min(...shape)
    return { width: even(shape[0] * unit), height: even(shape[1] * unit) }
  }
  const match = /^(\d+)(?:x(\d+))?$/.exec(text)
  const [width, height] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [0, 0]
  const wrong = [width, height].some(side => side < 16 || side > 2048 || side % 2 !== 0)
  if (wrong) {
    throw new InvalidArgumentError(
      'It must be 1:1, 16:9, 9:16, or even pixels from 16 to 2048 such as 256 or 320x180.',
    )
  }
  return { width, height }
}

/** Makes the folder, and makes sure that files can be written there before any film is made. */
function openFolder(folder: string): void {
  let nearest = path.resolve(folder)
  while (!existsSync(nearest)) nearest = path.dirname(nearest)
  try {
    // One folder at a time: Node's recursive mkdir never returns where the system refuses one with ENOENT.
    for (const name of path.relative(nearest, folder).split(path.sep)) {
      if (name !== '') mkdirSync((nearest = path.join(nearest, name)))
    }
    accessSync(folder, constants.W_OK)
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
  } catch (error) {
    throw new RangeError(`--output ${folder} cannot be written to (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** Everything that is true of a film, as JSON. */
function tellTruth({
  caption,
  shortCaption,
  captionTree,
  shortCaptionTree,
  attributes,
  scene,
  motion,
}: Film): string {
  return `${JSON.stringify({ caption, shortCaption, attributes, scene, motion, captionTree, shortCaptionTree })}\n`
}

async function filmWorld(family: Family, options: FilmOptions): Promise<void> {
  const { curriculum, seed, count, seconds, fps, size, output, columns, depth = false } = options
  openFolder(output)
  await loadPhysics()
  const signal = stopSignal()
  const frameCount = seconds === 0 ? 1 : Math.round(seconds * fps) + 1
  const dial: SceneOptions = { ...curricula[curriculum], ...size, fps, frameCount }
  const progress = startProgress('filming')
  const rows: SheetRow[] = []
  for (let i = 0; i < count; i++) {
    signal.throwIfAborted()
    const { scene, motion } = sampleClip(family, seed + i, dial)
    const film = filmScene(scene, { motion, depth })
    const name = path.join(output, `${family}-${seed + i}`)
    if (frameCount === 1) await savePicture(`${name}.png`, film.frames, size, film.caption)
    else await saveVideo(`${name}.mp4`, film.frames, film)
    if (film.depth) writeAtomically(`${name}.depth.f32`, [new Uint8Array(film.depth.buffer)])
    // The truth is written last: a film without it is not whole.
    writeAtomically(`${name}.json`, [Buffer.from(tellTruth(film))])
    rows.push({ label: film.caption, frames: pickFrames(film.frames, film, columns) })
    progress.update(i + 1, count)
  }
  progress.stop()
  const sheet = path.join(output, options.sheet)
  await saveSheet(sheet, rows, size)
  console.log(`${count} ${count === 1 ? 'film' : 'films'} in ${output}; all of them at a glance: ${sheet}`)
}

function isSheetName(text: string): string {
  if (!/^[^/\\]+\.(png|jpg|webp)$/.test(text))
    throw new InvalidArgumentError('It must be a name that ends in .png, .jpg or .webp.')
  return text
}

const EXAMPLES = `
Examples:
  $ aozora world film
  $ aozora world film --seed 7 --count 12 --size 256 -o films
  $ aozora world film --curriculum first --seconds 8
  $ aozora world film --size 16:9 --fps 24 --seconds 10 --depth

Beside each <family>-<seed>.mp4 lies a .json with the captions and their parse trees, what happened, the whole scene,
and for every frame the camera and each body's position, orientation and velocity, and all contacts.`

/** Adds `aozora world`. */
export function addWorld(program: Command): void {
  const world = program
    .command('world')
    .summary('the worlds that film themselves')
    .description('The worlds that film themselves: training clips with true captions.')
  world
    .command('film')
    .summary('film scenes of a world')
    .description(
      'Films scenes with true captions: for each seed an .mp4 and a .json with all that is true, and a sheet of all.',
    )
    .addOption(new Option('-f, --family <name>', 'the kind of world').choices(families).default('tabletop'))
    .addOption(
      new Option('-c, --curriculum <name>', 'how much may vary')
        .choices(Object.keys(curricula))
        .default('full'),
    )
    .option('--seed <n>', 'the first seed; the others follow it', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('-n, --count <n>', 'how many films', wholeNumber(1, 1000), 4)
    .option('-s, --seconds <n>', 'length of each film; 0 is a single picture', decimalNumber(0, 60), 4)
    .option('--fps <n>', 'frames a second', decimalNumber(1, 60), 12)
    .addOption(
      new Option('--size <pixels>', '1:1, 16:9, 9:16, or pixels such as 256 or 320x180')
        .argParser(pictureSize)
        .default({ width: SIDE, height: SIDE }, String(SIDE)),
    )
    .option('--depth', 'write the depth of every pixel as well: float32, metres')
    .option('--sheet <name>', 'name of the contact sheet', isSheetName, 'sheet.png')
    .option('--columns <n>', 'pictures of each film on the sheet', wholeNumber(1, 30), 8)
    .option('-o, --output <folder>', 'where the films go', 'films')
    .addHelpText('after', EXAMPLES)
    .action((options: FilmOptions & { readonly family: Family }) => filmWorld(options.family, options))
}
