import { type Command, Option } from 'commander'
import {
  countClips,
  type Dataset,
  type FamilyOptions,
  makeDataset,
  openDataset,
  pickRows,
} from '../dataset/index.ts'
import { saveSheet } from '../media/index.ts'
import {
  type CurriculumName,
  curricula,
  familyNames,
  type PlaneOptions,
  planeDefaults,
  type SceneOptions,
  sceneDefaults,
} from '../world/index.ts'
import { addDatasetCaption } from './caption.ts'
import { addImport } from './datasetImport.ts'
import {
  decimalNumber,
  GOES_ON,
  jsonObject,
  outputFile,
  pictureSize,
  SIDE,
  stopSignal,
  wholeNumber,
} from './options.ts'
import { sayBytes, sayDuration, startCountdown, startProgress } from './progress.ts'

interface MakeOptions {
  readonly family: (typeof familyNames)[number]
  readonly curriculum?: CurriculumName
  readonly clips: number
  readonly seed: number
  readonly size: { readonly width: number; readonly height: number }
  readonly seconds: number
  readonly fps?: number
  readonly scene: Record<string, unknown>
  readonly heldOut?: boolean
  readonly workers?: number
  readonly out: string
}

/** The families' own paces. */
const paces = { tabletop: sceneDefaults.fps, plane: planeDefaults.fps } as const

const tabletopOptions = {
  bodies: true,
  cameras: true,
  colours: true,
  events: true,
  floors: true,
  fps: true,
  frameCount: true,
  height: true,
  lights: true,
  materials: true,
  shapes: true,
  simple: true,
  sizes: true,
  skies: true,
  width: true,
} satisfies Record<keyof SceneOptions, true>
const planeOptions = {
  fps: true,
  frameCount: true,
  height: true,
  laws: true,
  split: true,
  width: true,
} satisfies Record<keyof PlaneOptions, true>
/** What --scene may hold: anything else would be left out without a word. */
const sceneOptions = { tabletop: Object.keys(tabletopOptions), plane: Object.keys(planeOptions) }

/** What is filmed, from the options: those of the curriculum, then those of --scene, then the shape. */
function chooseFamily(options: MakeOptions): FamilyOptions {
  const { family, curriculum, size, seconds, fps = paces[family], scene } = options
  if (family === 'plane' && curriculum)
    throw new RangeError('--curriculum is for the family tabletop; --scene chooses laws of the plane')
  const unknown = Object.keys(scene).find(key => !sceneOptions[family].includes(key))
  if (unknown !== undefined)
    throw new RangeError(`--scene may hold ${sceneOptions[family].join(', ')}, got "${unknown}"`)
  const dial = curriculum ? curricula[curriculum] : {}
  return { family, scene: { ...dial, ...scene, ...size, fps, frameCount: Math.round(seconds * fps) + 1 } }
}

async function make(options: MakeOptions): Promise<void> {
  const { clips, seed } = options
  const asked = { ...chooseFamily(options), clips, seed, heldOut: options.heldOut === true }
  const countdown = startCountdown('filming')
  const started = performance.now()
  let already: number | undefined
  const onProgress = (done: number) => {
    already ??= done
    countdown.update(done, clips)
  }
  const parts = await makeDataset(options.out, asked, {
    workers: options.workers,
    onProgress,
    signal: stopSignal(GOES_ON),
  }).finally(() => countdown.stop())
  const dataset = openDataset(options.out)
  const made = clips - (already ?? 0)
  const wall = (performance.now() - started) / 1000
  console.log(`${options.out}: ${dataset.clips.length} clips, ${sayBytes(dataset.bytes)}`)
  if (made === 0) return
  const each = (milliseconds: number) => `${Math.round(milliseconds / made)} ms`
  console.log(
    `${made} made in ${sayDuration(wall)}, ${Math.round((3600 * made) / wall)} an hour; a clip: ` +
      `film ${each(parts.film)}, compress ${each(parts.compress)}, write ${each(parts.write)}`,
  )
}

interface InspectOptions {
  readonly sheet?: string
  readonly rows: number
  readonly columns: number
  readonly json?: boolean
}

/** What there is to say of a dataset without looking at it. */
function summarize(dataset: Dataset) {
  const { description, clips, shapes, bytes } = dataset
  const seconds = clips.reduce((sum, { frameCount, fps }) => sum + frameCount / fps, 0)
  return {
    description,
    clips: clips.length,
    seconds: Math.round(seconds),
    bytes,
    refused: dataset.refused,
    bytesPerClip: Math.round(bytes / clips.length),
    withoutCaption: clips.filter(({ caption }) => caption === '').length,
    shapes: shapes.map(({ clips: numbers, ...shape }) => ({ ...shape, clips: numbers.length })),
    attributes: countClips(dataset),
  }
}

function printSummary({ description, ...summary }: ReturnType<typeof summarize>): void {
  const { kind, version: _, ...rest } = description
  console.log(`${kind.padEnd(12)} ${JSON.stringify(rest)}`)
  console.log(
    `clips        ${summary.clips}, ${sayDuration(summary.seconds)} of film, ${sayBytes(summary.bytes)}, ` +
      `${sayBytes(summary.bytesPerClip)} a clip`,
  )
  if (summary.refused.length > 0)
    console.log(`refused      ${summary.refused.length} films could not be read`)
  if (summary.withoutCaption > 0) console.log(`no caption   ${summary.withoutCaption}`)
  for (const { width, height, frameCount, fps, clips } of summary.shapes) {
    console.log(`shape        ${width} x ${height}, ${frameCount} frames at ${fps} frames/s: ${clips}`)
  }
  for (const [name, values] of Object.entries(summary.attributes)) {
    const sorted = Object.entries(values).sort((a, b) => b[1] - a[1])
    console.log(`${name.padEnd(16)} ${sorted.map(([value, count]) => `${value} ${count}`).join(', ')}`)
  }
}

async function inspect(folder: string, { sheet, rows, columns, json }: InspectOptions): Promise<void> {
  const dataset = openDataset(folder)
  const progress = startProgress('checking')
  const damaged = await dataset.verify((done, of) => progress.update(done, of)).finally(() => progress.stop())
  const summary = summarize(dataset)
  if (json) console.log(JSON.stringify({ ...summary, damaged }))
  else printSummary(summary)
  if (sheet) {
    const picked = await pickRows(dataset, { rows, columns })
    await saveSheet(sheet, picked.rows, picked.size, { labels: 'below' })
    if (!json) console.log(`All at a glance: ${sheet}`)
  }
  if (damaged.length === 0) return
  for (const { file, reason } of damaged) console.error(`${file}: ${reason}`)
  throw new Error(
    `${damaged.length} damaged ${damaged.length === 1 ? 'shard' : 'shards'}; the same \`dataset make\` or \`dataset import\` as before makes them anew once their files are deleted`,
  )
}

function addMake(dataset: Command): void {
  dataset
    .command('make')
    .summary('film clips of a world')
    .description(
      'Films clips with true captions, with all cores. Stopped or killed at any moment, the same command goes on; ' +
        'the same options give the same bytes.',
    )
    .requiredOption('-o, --out <folder>', 'where the dataset goes')
    .addOption(
      new Option('-f, --family <name>', 'the kind of world').choices(familyNames).default('tabletop'),
    )
    .addOption(
      new Option(
        '-c, --curriculum <name>',
        'how much may vary in the tabletop world; everything when absent',
      ).choices(Object.keys(curricula)),
    )
    .option('-n, --clips <n>', 'how many clips', wholeNumber(1, 10_000_000), 1000)
    .option('--seed <n>', 'clips come from seeds after this one', wholeNumber(0, 2 ** 31 - 1), 100_000_000)
    .addOption(
      new Option('--size <pixels>', '1:1, 16:9, 9:16, or pixels such as 128 or 160x90')
        .argParser(pictureSize)
        .default({ width: SIDE, height: SIDE }, String(SIDE)),
    )
    .option('-s, --seconds <n>', 'length of each clip; 0 is a single picture', decimalNumber(0, 60), 4)
    .option(
      '--fps <n>',
      `frames a second; ${paces.tabletop} (plane: ${paces.plane}) when absent`,
      decimalNumber(1, 60),
    )
    .option('--scene <json>', 'more options of the scenes, such as {"floors": ["grass"]}', jsonObject, {})
    .option('--held-out', 'only the combinations that are kept out of training, instead of only the others')
    .option('--workers <n>', 'threads that film; all cores when absent', wholeNumber(1, 256))
    .addHelpText(
      'after',
      `
Examples:
  $ aozora dataset make --clips 20000 --seconds 9 --curriculum second -o clips
  $ aozora dataset make --clips 500 --size 16:9 --scene '{"bodies": [0, 1], "floors": ["water"]}' -o pools
  $ aozora dataset make --family plane --scene '{"laws": ["collision"]}' -o collisions
  $ aozora dataset make --clips 200 --held-out -o held-out`,
    )
    .action(make)
}

function addInspect(dataset: Command): void {
  dataset
    .command('inspect')
    .summary('say what a dataset holds')
    .description(
      'Checks every shard, and prints counts, shapes, bytes and how often each attribute is seen; with --sheet it ' +
        'draws clips evenly spread over the dataset: rows are clips, columns go on in time, the caption stands below.',
    )
    .argument('<folder>', 'a dataset')
    .option('--sheet <file>', 'where the contact sheet goes', outputFile('.png', '.jpg', '.webp'))
    .option('--rows <n>', 'clips on the sheet', wholeNumber(1, 200), 12)
    .option('--columns <n>', 'frames of each', wholeNumber(1, 40), 8)
    .option('--json', 'print it as one line of JSON')
    .addHelpText('after', '\nExample:\n  $ aozora dataset inspect clips --sheet clips.png')
    .action(inspect)
}

/** Adds `aozora dataset`. */
export function addDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .summary('films to learn from: make, import, inspect')
    .description('Datasets: clips with captions on disk, packed and checked, that recipes train on.')
  addMake(dataset)
  addImport(dataset)
  addDatasetCaption(dataset)
  addInspect(dataset)
}
