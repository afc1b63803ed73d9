import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { pickFrames, type SheetRow, savePicture, saveSheet, saveVideo } from '../media/index.ts'
import { writeAtomically } from '../store/index.ts'
import {
  type CurriculumName,
  curricula,
  type FamilyName,
  type Film,
  familyNames,
  filmPlane,
  filmScene,
  loadPhysics,
  type PlaneFilm,
  planeDefaults,
  sampleClip,
  samplePlane,
} from '../world/index.ts'
import { decimalNumber, pictureSize, SIDE, stopSignal, wholeNumber } from './options.ts'
import { startProgress } from './progress.ts'

interface FilmOptions {
  readonly curriculum?: CurriculumName
  readonly seed: number
  readonly count: number
  readonly seconds: number
  readonly fps?: number
  readonly size: { readonly width: number; readonly height: number }
  readonly output: string
  readonly sheet: string
  readonly columns: number
  readonly depth?: true
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

/** Everything that is true of a film and no array of numbers, as JSON. */
function tellTruth(film: Film | PlaneFilm): string {
  const told = Object.entries(film).filter(([, value]) => !ArrayBuffer.isView(value))
  return `${JSON.stringify(Object.fromEntries(told))}\n`
}

/** Films the scene of a seed. */
function filmSeed(family: FamilyName, seed: number, options: FilmOptions, frameCount: number) {
  const { curriculum = 'full', fps, size, depth = false } = options
  if (family === 'plane') return filmPlane(samplePlane(seed, { ...size, fps, frameCount }))
  const { scene, motion } = sampleClip(seed, { ...curricula[curriculum], ...size, fps, frameCount })
  return filmScene(scene, { motion, depth })
}

/** What only one family understands. */
function checkFamily(family: FamilyName, { curriculum, size, depth }: FilmOptions): void {
  if (family === 'tabletop') return
  if (curriculum) throw new RangeError('--curriculum is for the family tabletop')
  if (depth) throw new RangeError('--depth is for the family tabletop: the plane is flat')
  if (size.width !== size.height) {
    throw new RangeError(`--size must be square for the family plane, got ${size.width}x${size.height}`)
  }
}

async function filmWorld(family: FamilyName, options: FilmOptions): Promise<void> {
  const pace = options.fps ?? (family === 'plane' ? planeDefaults.fps : 12)
  const { seed, count, seconds, size, output, columns, fps } = { ...options, fps: pace }
  checkFamily(family, options)
  openFolder(output)
  await loadPhysics()
  const signal = stopSignal()
  const frameCount = seconds === 0 ? 1 : Math.round(seconds * fps) + 1
  const progress = startProgress('filming')
  const rows: SheetRow[] = []
  for (let i = 0; i < count; i++) {
    signal.throwIfAborted()
    const film = filmSeed(family, seed + i, { ...options, fps }, frameCount)
    const name = path.join(output, `${family}-${seed + i}`)
    if (frameCount === 1) await savePicture(`${name}.png`, film.frames, size, film.caption)
    else await saveVideo(`${name}.mp4`, film.frames, film)
    if ('depth' in film && film.depth) {
      writeAtomically(`${name}.depth.f32`, [new Uint8Array(film.depth.buffer)])
    }
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
  $ aozora world film --family plane --count 8

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
    .addOption(
      new Option('-f, --family <name>', 'the kind of world').choices(familyNames).default('tabletop'),
    )
    .addOption(
      new Option('-c, --curriculum <name>', 'how much of the tabletop may vary; full when absent').choices(
        Object.keys(curricula),
      ),
    )
    .option('--seed <n>', 'the first seed; the others follow it', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('-n, --count <n>', 'how many films', wholeNumber(1, 1000), 4)
    .option('-s, --seconds <n>', 'length of each film; 0 is a single picture', decimalNumber(0, 60), 4)
    .option(
      '--fps <n>',
      `frames a second; 12 (plane: ${planeDefaults.fps}) when absent`,
      decimalNumber(1, 60),
    )
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
    .action((options: FilmOptions & { readonly family: FamilyName }) => filmWorld(options.family, options))
}
