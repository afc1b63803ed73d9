import type { Command } from 'commander'
import { bucketsOf, type FolderFilm, importDataset, openDataset, type RefusedFile } from '../dataset/index.ts'
import { existingFolder, GOES_ON, pictureSize, stopSignal, wholeNumber } from './options.ts'
import { sayBytes, startCountdown } from './progress.ts'

interface ImportOptions {
  readonly out: string
  readonly size: number
  readonly buckets?: readonly { readonly width: number; readonly height: number }[]
  readonly fps: number
  readonly seconds: number
  readonly workers?: number
}

/** A parser for sizes behind commas, for commander. */
function pictureSizes(text: string): { width: number; height: number }[] {
  return text.split(',').map(part => pictureSize(part.trim()))
}

const sayCount = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Refused files by reason, so that a hundred of one kind are one line more than the list. */
function printRefused(refused: readonly RefusedFile[]): void {
  if (refused.length === 0) return
  console.log(`refused      ${refused.length}:`)
  for (const { file, reason } of refused) console.log(`  ${file}: ${reason}`)
}

async function importFolder(source: string, { out, size, buckets, fps, seconds, workers }: ImportOptions) {
  const countdown = startCountdown('importing')
  const found = await importDataset(
    source,
    out,
    { buckets: buckets ?? bucketsOf(size), fps, seconds },
    {
      workers,
      signal: stopSignal(GOES_ON),
      onProgress: countdown.update,
    },
  ).finally(() => countdown.stop())
  const dataset = openDataset(out)
  const read = new Set(dataset.clips.map(clip => clip.source?.file))
  const from = (kind: FolderFilm['from']) =>
    found.films.filter(film => film.from === kind && read.has(film.file)).length
  const captions = [
    [from('metadata'), 'from metadata.jsonl'],
    [from('text'), 'from .txt files'],
    [from('prompt'), 'from the prompts inside films of aozora'],
    [from('name'), 'from the words of file names, since nothing else says what they show'],
  ].filter(([count]) => count !== 0)
  const refused = [...found.refused, ...dataset.refused]
  console.log(
    `${out}: ${sayCount(dataset.clips.length, 'clip')} of ${sayCount(read.size, 'film')}, ${sayBytes(dataset.bytes)}`,
  )
  if (captions.length > 0)
    console.log(`captions     ${captions.map(([count, where]) => `${count} ${where}`).join(', ')}`)
  for (const { width, height, frameCount, clips } of dataset.shapes) {
    console.log(`shape        ${width} x ${height}, ${frameCount} frames: ${clips.length}`)
  }
  const ignored = Object.entries(found.ignored).map(([extension, count]) => `${count} ${extension}`)
  if (ignored.length > 0) console.log(`no films     ${ignored.join(', ')}`)
  printRefused(refused)
}

/** Adds `aozora dataset import`. */
export function addImport(dataset: Command): void {
  dataset
    .command('import')
    .summary('make a dataset of your own films')
    .description(
      'Cuts the films of a folder and its subfolders into clips of one length, at one pace, in a few sizes. Captions are ' +
        'read from metadata.jsonl (one JSON object a line: file_name and text or caption), or from a .txt beside each ' +
        'film, else they are the prompt that a film of aozora carries inside, or the words of the file name. Films that cannot be read are listed with the reason. Stopped ' +
        'or killed at any moment, the same command goes on.',
    )
    .argument(
      '<folder>',
      'where the films are: MP4, MOV, WebM, MKV, AVI, GIF, animated WebP, Ogg, MPEG ...',
      existingFolder,
    )
    .requiredOption('-o, --out <folder>', 'where the dataset goes')
    .option(
      '--size <pixels>',
      'clips of about size x size pixels in 1:1, 16:9 and 9:16',
      wholeNumber(32, 1024),
      128,
    )
    .option(
      '--buckets <sizes>',
      'the sizes themselves, as 128x128,160x96; a film goes to the one that crops least',
      pictureSizes,
    )
    .option('--fps <n>', 'frames a second of the clips', wholeNumber(1, 60), 12)
    .option('-s, --seconds <n>', 'length of a clip', wholeNumber(1, 60), 4)
    .option('--workers <n>', 'threads; all cores when absent', wholeNumber(1, 256))
    .addHelpText(
      'after',
      `
Every format but GIF and WebP needs node-av, an optional dependency (FFmpeg): npm install node-av

Examples:
  $ aozora dataset import ~/films --out clips
  $ aozora dataset import emoji --out emoji-clips --buckets 64x64 --seconds 2
  $ aozora dataset inspect clips --sheet clips.png`,
    )
    .action(importFolder)
}
