import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readDescription } from '../media/index.ts'
import type { RefusedFile } from './open.ts'

/** A film of a user's folder. */
export interface FolderFilm {
  /** Relative to the folder, with forward slashes. */
  readonly file: string
  readonly caption: string
  /** Where the caption comes from. */
  readonly from: 'metadata' | 'text' | 'prompt' | 'name'
}

/** What is in a user's folder. */
export interface FilmFolder {
  readonly films: readonly FolderFilm[]
  /** Lines of metadata.jsonl that say nothing, and films that they name but that are not there. */
  readonly refused: readonly RefusedFile[]
  /** How many files are no films, by extension. */
  readonly ignored: Readonly<Record<string, number>>
}

const FILMS = /\.(mp4|m4v|mov|webm|mkv|avi|gif|webp|apng|ogv|ogg|mpg|mpeg|m2v|ts|mts|flv|wmv|3gp)$/i
const METADATA = 'metadata.jsonl'
/** The columns that hold captions, the first that is there counts. */
const COLUMNS = ['text', 'caption', 'prompt', 'description']

/** All files under a folder, relative to it, in order; hidden ones and those under `except` left out. */
function listFiles(folder: string, except: string): string[] {
  const files: string[] = []
  const visit = (inside: string) => {
    for (const entry of readdirSync(path.join(folder, inside), { withFileTypes: true })) {
      const file = path.posix.join(inside, entry.name)
      if (entry.name.startsWith('.') || path.resolve(folder, file) === path.resolve(except)) continue
      if (entry.isDirectory()) visit(file)
      else files.push(file)
    }
  }
  visit('')
  return files.sort()
}

/** Reads one metadata.jsonl as the Hugging Face video folder has it: `file_name` relative to it, and a caption. */
function readMetadata(
  folder: string,
  file: string,
  captions: Map<string, string>,
  refused: RefusedFile[],
): void {
  const lines = readFileSync(path.join(folder, file), 'utf8').split('\n')
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue
    const where = `${file}, line ${i + 1}`
    let row: Record<string, unknown>
    try {
      row = JSON.parse(line)
    } catch {
      refused.push({ file: where, reason: 'it is no JSON' })
      continue
    }
    const caption = COLUMNS.map(column => row?.[column]).find(value => typeof value === 'string')
    if (typeof row?.file_name !== 'string' || caption === undefined) {
      const columns = COLUMNS.map(column => `\`${column}\``).join(' or ')
      refused.push({ file: where, reason: `it must have \`file_name\` and ${columns}` })
      continue
    }
    const film = path.posix.join(path.posix.dirname(file), row.file_name)
    if (!existsSync(path.join(folder, film)))
      refused.push({ file: film, reason: `${where} names it, but it is not there` })
    captions.set(film, String(caption).trim())
  }
}

/** The words of a file's name: `red-ball_01.mp4` says "red ball 01". */
function nameWords(file: string): string {
  return path.posix
    .parse(file)
    .name.replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/**
 * Looks for films and their captions in a folder and its subfolders: in metadata.jsonl, in a .txt beside the film, else
 * the words of its name.
 * @param except a folder that is not looked into
 * @throws RangeError when the folder cannot be read.
 */
export function readFilmFolder(folder: string, except: string): FilmFolder {
  let files: string[]
  try {
    files = listFiles(folder, except)
  } catch (error) {
    throw new RangeError(`${folder} cannot be read: ${(error as Error).message}`)
  }
  const captions = new Map<string, string>()
  const refused: RefusedFile[] = []
  for (const file of files) {
    if (path.posix.basename(file) === METADATA) readMetadata(folder, file, captions, refused)
  }
  const known = new Set(files)
  const used = new Set<string>()
  const films: FolderFilm[] = []
  for (const file of files.filter(name => FILMS.test(name) || captions.has(name))) {
    const given = captions.get(file)
    const texts = [file.replace(/\.[^.]*$/, '.txt'), `${file}.txt`]
    const text = texts.find(name => name !== file && known.has(name))
    if (text) used.add(text)
    if (given !== undefined) films.push({ file, caption: given, from: 'metadata' })
    else if (text) {
      const caption = readFileSync(path.join(folder, text), 'utf8').trim().replace(/\s+/g, ' ')
      films.push({ file, caption, from: 'text' })
    } else films.push({ file, caption: nameWords(file), from: 'name' })
  }
  const ignored: Record<string, number> = {}
  const isFilm = new Set(films.map(({ file }) => file))
  for (const file of files) {
    if (isFilm.has(file) || used.has(file) || path.posix.basename(file) === METADATA) continue
    const extension = path.extname(file).toLowerCase() || 'no extension'
    ignored[extension] = (ignored[extension] ?? 0) + 1
  }
  return { films, refused, ignored }
}

/** The prompt that a film of ours carries inside. */
async function readPrompt(file: string): Promise<string | undefined> {
  try {
    const { prompt } = JSON.parse((await readDescription(file)) ?? '{}')
    return typeof prompt === 'string' && prompt.trim() !== '' ? prompt.trim() : undefined
  } catch {
    // What cannot be read is refused when its frames are.
    return undefined
  }
}

/** Captions films of which nothing but their name says what they show by the prompts that they carry inside. */
export async function readPrompts(folder: string, films: readonly FolderFilm[]): Promise<FolderFilm[]> {
  const captioned: FolderFilm[] = []
  for (const film of films) {
    const caption = film.from === 'name' ? await readPrompt(path.join(folder, film.file)) : undefined
    captioned.push(caption === undefined ? film : { ...film, caption, from: 'prompt' })
  }
  return captioned
}
