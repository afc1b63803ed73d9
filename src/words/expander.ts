import { existsSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { createRandom, input, softmax, type Tensor } from '../array/index.ts'
import {
  fixParameters,
  type Parameters,
  selectParameters,
  type TaggerConfig,
  tagger,
  taggerSpecs,
} from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import { bundledFolder } from '../sample/index.ts'
import { loadTensors, saveTensors } from '../store/index.ts'
import { type Attributes, findAttributes, writeAttributes } from '../world/index.ts'
import { fillRequest } from './fill.ts'
import { type LeftOut, leaveOut, showsLeftOut } from './leaveOut.ts'
import { type Lexicon, readLexicon } from './lexicon.ts'
import { noteLosses } from './notes.ts'
import { featuresOf, PROMPT_LENGTH, type PromptWord, readWords, taggerSize } from './reader.ts'
import type { Request } from './request.ts'
import { playParts } from './standIns.ts'
import { type Understood, understand } from './understand.ts'

/** A prompt in the words that the film model was taught with. */
export interface Expansion {
  /** A caption of the worlds' grammar. */
  readonly caption: string
  /** What could not be taken as it was, one line each: "no cats yet: a small orange ball plays its part". */
  readonly notes: readonly string[]
  /** What wrote it: nothing when the prompt was a detailed caption already, the bundled expander, or a chat model. */
  readonly by: 'nothing' | 'expander' | 'chat'
}

/** How a prompt is expanded. */
export interface ExpandOptions {
  /** The same prompt and seed give the same caption; another seed other details. 0 when absent. */
  readonly seed?: number
  readonly signal?: AbortSignal
}

/** An expander that is ready. */
export interface Expander {
  /** Expands a prompt in any words; a caption of the worlds' grammar that leaves nothing open stays as it is. */
  expand(prompt: string, options?: ExpandOptions): Promise<Expansion>
  /** What the prompt asks for, before details are filled in. */
  read(prompt: string, signal?: AbortSignal): Promise<Request>
  close(): Promise<void>
}

/** Whether a prompt is a caption of the worlds' grammar. */
export function isCaption(prompt: string): boolean {
  return (findAttributes(prompt)?.bodies.length ?? 0) > 0
}

/** Whether a caption tells all looks of every body, and the place: what the captions are like that the film model has learned from. */
function isDetailed({ bodies, floor, light }: Attributes): boolean {
  return bodies.every(({ size, material }) => size && material) && floor !== undefined && light !== undefined
}

/** A caption of the worlds' grammar, with what it leaves open filled in by the seed; undefined for other prompts. */
export function completeCaption(prompt: string, seed: number): Expansion | undefined {
  const told = findAttributes(prompt)
  if (!told || told.bodies.length === 0) return undefined
  if (isDetailed(told)) return { caption: prompt, notes: [], by: 'nothing' }
  return { caption: tellRequest(told, seed), notes: [], by: 'expander' }
}

/** Whether a model was taught the words of the worlds, so that expanded prompts mean something to it. */
export function knowsWorlds(vocabulary: readonly string[]): boolean {
  return ['the', 'camera', 'ball', 'metal', 'under', 'sky'].every(word => vocabulary.includes(word))
}

/** The parts of an expander's file. */
export interface ExpanderParts {
  readonly config: TaggerConfig
  readonly params: Parameters
  /** Words that have rows of their own in the tagger's first table. */
  readonly vocabulary: readonly string[]
  readonly lexicon: Lexicon
}

/** Writes an expander as one file: parameters in half precision, words with rows, the lexicon's lines. */
export function saveExpander(
  file: string,
  { config, params, vocabulary }: Omit<ExpanderParts, 'lexicon'>,
  lexiconLines: string,
): void {
  const named = Object.entries(params).map(([name, tensor]) => [`tagger.${name}`, tensor] as const)
  saveTensors(file, Object.fromEntries(named), {
    dtype: 'F16',
    metadata: {
      config: JSON.stringify(config),
      vocabulary: vocabulary.join(' '),
      lexicon: gzipSync(lexiconLines, { level: 9 }).toString('base64'),
    },
  })
}

/**
 * Reads an expander's file.
 * @throws Error naming the file that is missing or damaged
 */
export function loadExpander(file: string = bundledFolder('expander.safetensors')): ExpanderParts {
  if (!existsSync(file)) throw new Error(`there is no expander in ${file}`)
  const { tensors, metadata } = loadTensors(file)
  if (!metadata.config || !metadata.lexicon || !metadata.vocabulary)
    throw new Error(`${file} holds no expander`)
  const vocabulary = metadata.vocabulary.split(' ')
  return {
    config: { ...taggerSize(vocabulary.length), ...(JSON.parse(metadata.config) as Partial<TaggerConfig>) },
    params: selectParameters(tensors, 'tagger'),
    vocabulary,
    lexicon: readLexicon(gunzipSync(Buffer.from(metadata.lexicon, 'base64')).toString()),
  }
}

/** Compiles the tagger for one prompt: probabilities of the labels and pointers of its words. */
async function compileTagger({ config, params, vocabulary }: ExpanderParts) {
  const length = PROMPT_LENGTH
  const rows = config.tables.map((_, i) => input(`rows${i}`, [1, length], 'int32'))
  const numbers_BLN = input('numbers', [1, length, config.numbers])
  const isThere_BL = input('isThere', [1, length])
  const traced = fixParameters(taggerSpecs(config), params)
  const { labels_BLV, first_BLL, second_BLL } = tagger(traced, { rows, numbers_BLN, isThere_BL }, config)
  const outputs = { labels: softmax(labels_BLV), first: softmax(first_BLL), second: softmax(second_BLL) }
  const compiled = await compile(outputs, { threads: 1 })
  const numberOf = new Map(vocabulary.map((word, i) => [word, i]))
  return {
    async tag(words: readonly PromptWord[]) {
      const features = featuresOf(word => numberOf.get(word), words, length)
      const results = await compiled.run({
        ...Object.fromEntries(features.rows.map((data, i) => [`rows${i}`, { shape: [1, length], data }])),
        numbers: { shape: [1, length, config.numbers], data: features.numbers },
        isThere: { shape: [1, length], data: features.isThere },
      })
      const split = ({ shape, data }: Tensor) =>
        words.slice(0, length).map((_, i) => (data as Float32Array).slice(i * shape[2], (i + 1) * shape[2]))
      return { labels: split(results.labels), first: split(results.first), second: split(results.second) }
    },
    release: () => compiled.release(),
  }
}

/**
 * Compiles an expander; it runs on one core.
 * @param parts those of the bundled file when absent
 */
export async function openExpander(parts: ExpanderParts = loadExpander()): Promise<Expander> {
  const tagging = await compileTagger(parts)
  const read = async (
    prompt: string,
    signal?: AbortSignal,
  ): Promise<Understood & { all: PromptWord[]; words: PromptWord[]; out: LeftOut[] }> => {
    signal?.throwIfAborted()
    const all = readWords(parts.lexicon, prompt)
    const { kept: words, out } = leaveOut(all)
    const tags = await tagging.tag(words)
    return { ...understand(words, tags), all, words, out }
  }
  return {
    async expand(prompt, { seed = 0, signal } = {}) {
      const completed = completeCaption(prompt, seed)
      if (completed) return completed
      const { request, named, all, words, out, stated } = await read(prompt, signal)
      const played = playParts(request, words, named)
      const caption = tellRequest(played.request, seed, told => !showsLeftOut(told, out))
      return { caption, notes: [...played.notes, ...noteLosses(request, all, out, stated)], by: 'expander' }
    },
    read: async (prompt, signal) => (await read(prompt, signal)).request,
    close: () => tagging.release(),
  }
}

/**
 * The detailed caption of a request, with all that it leaves open drawn by the seed; it always parses.
 * @param isFit whether a caption will do; the last one is taken when none does
 */
export function tellRequest(
  request: Request,
  seed: number,
  isFit: (caption: string) => boolean = () => true,
): string {
  let told = ''
  for (let draw = 0; draw <= 20; draw++) {
    const random = createRandom((seed ^ 0x7e11) + draw)
    const caption = writeAttributes(fillRequest(request, seed + 7919 * draw), random)
    // A wording that would mean another body is drawn again; the grammar has others.
    if (isCaption(caption) || told === '') told = caption
    if (isCaption(caption) && isFit(caption)) return caption
  }
  return told
}
