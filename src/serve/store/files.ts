import type { Readable } from 'node:stream'

/**
 * The files of a job (or of a character): what came out, what went in, and what is there while it is made.
 * Films and pictures that went in, and `frames`, are packed footage (worker/footage.ts).
 */
export type FileKind =
  | 'video'
  | 'thumbnail'
  | 'spritesheet'
  | 'frames'
  | 'source'
  | 'second'
  | 'picture'
  | 'partial'
  | 'preview'

/** The end of the name of each kind of file. */
const extensions: Readonly<Record<FileKind, string>> = {
  video: 'mp4',
  thumbnail: 'webp',
  spritesheet: 'jpg',
  frames: 'frames',
  source: 'source',
  second: 'second',
  picture: 'picture',
  partial: 'partial',
  preview: 'preview.jpg',
}

/** Every kind of file. */
export const fileKinds = Object.keys(extensions) as readonly FileKind[]

/** Kinds that are only there while a job is made. */
export const passingKinds: readonly FileKind[] = ['partial', 'preview']

/** A part of a file, in bytes, both ends included. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** An open file. */
export interface Content {
  /** Bytes of the whole file. */
  readonly size: number
  /** The part that was asked for. */
  readonly range: Range
  readonly stream: Readable
}

/** Files by owner's id and kind; each is complete or not there. */
export interface FileStore {
  put(id: string, kind: FileKind, bytes: Uint8Array): Promise<void>
  get(id: string, kind: FileKind): Promise<Uint8Array | undefined>
  /** @param choose says from the size which part is wanted; undefined when none can be served */
  open(
    id: string,
    kind: FileKind,
    choose: (size: number) => Range | undefined,
  ): Promise<Content | 'absent' | 'unsatisfiable'>
  remove(id: string, kinds?: readonly FileKind[]): Promise<void>
  /** Every file, a page at a time: whose it is, and when it was written (unix seconds). */
  list(): AsyncIterable<{ readonly id: string; readonly modified: number }>
  /** Throws when nothing can be written. */
  check(): Promise<void>
  close(): Promise<void>
}

const ID = /^(?:video|char)_[0-9a-f]{40}$/

/** Whether a text can be the id of a job or a character at all. */
export function isId(text: string): boolean {
  return ID.test(text)
}

/**
 * The name of a file. Nothing but our own ids comes in here.
 * @throws TypeError for anything else: no path from a request touches the file system.
 */
export function fileName(id: string, kind: FileKind): string {
  if (!isId(id)) throw new TypeError(`"${id}" is no id of a video or a character`)
  return `${id}.${extensions[kind]}`
}

/** The id in a name that `fileName` made. */
export function idOf(name: string): string | undefined {
  const [id] = name.split('.')
  return isId(id) ? id : undefined
}
