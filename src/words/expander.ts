import { existsSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { createRandom, type Tensor } from '../array/index.ts'
import { type BytePairs, type Parameters, selectParameters } from '../model/index.ts'
import { bundledFolder, compileWriter, type TextWriter } from '../sample/index.ts'
import { loadTensors, saveTensors } from '../store/index.ts'
import { findAttributes, writeAttributes } from '../world/index.ts'
import { allowByEvidence } from './evidence.ts'
import { fillRequest } from './fill.ts'
import { type Lexicon, readLexicon } from './lexicon.ts'
import {
  featuresOf,
  placeFeatures,
  promptVectors,
  type ReaderConfig,
  readerSize,
  readWords,
} from './reader.ts'
import { decodeRequest, MOST_REQUEST_TOKENS, REQUEST_END, type Request } from './request.ts'
import { playParts } from './standIns.ts'

/** A prompt in the words that the film model was taught with. */
export interface Expansion {
  /** A caption of the worlds' grammar. */
  readonly caption: string
  /** What could not be taken as it was, one line each: "no cats yet: a small orange ball plays its part". */
  readonly notes: readonly string[]
  /** What wrote it: nothing when the prompt was such a caption already, the bundled expander, or a chat model. */
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
  /** Expands a prompt in any words; a caption of the worlds' grammar stays as it is. */
  expand(prompt: string, options?: ExpandOptions): Promise<Expansion>
  /** What the prompt asks for, before details are filled in. */
  read(prompt: string, signal?: AbortSignal): Promise<Request>
  close(): Promise<void>
}

/** Whether a prompt is a caption of the worlds' grammar. */
export function isCaption(prompt: string): boolean {
  return (findAttributes(prompt)?.bodies.length ?? 0) > 0
}

/** The parts of an expander's file. */
export interface ExpanderParts {
  readonly config: ReaderConfig
  readonly params: Parameters
  readonly tokenizer: BytePairs
  readonly lexicon: Lexicon
}

/** Writes an expander as one file: parameters in half precision, the tokenizer's pairs, the lexicon's lines. */
export function saveExpander(
  file: string,
  { config, params, tokenizer }: Omit<ExpanderParts, 'lexicon'>,
  lexiconLines: string,
): void {
  const named = Object.entries(params).map(([name, tensor]) => [`reader.${name}`, tensor] as const)
  const pairs: Tensor = { shape: [tokenizer.pairs.length, 2], data: Int32Array.from(tokenizer.pairs.flat()) }
  saveTensors(
    file,
    { ...Object.fromEntries(named), pairs },
    {
      dtype: 'F16',
      metadata: {
        config: JSON.stringify(config),
        lexicon: gzipSync(lexiconLines, { level: 9 }).toString('base64'),
      },
    },
  )
}

/**
 * Reads an expander's file.
 * @throws Error naming the file that is missing or damaged
 */
export function loadExpander(file: string = bundledFolder('expander.safetensors')): ExpanderParts {
  if (!existsSync(file)) throw new Error(`there is no expander in ${file}`)
  const { tensors, metadata } = loadTensors(file)
  if (!metadata.config || !metadata.lexicon || !tensors.pairs) throw new Error(`${file} holds no expander`)
  const { data } = tensors.pairs
  const pairs = Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i], data[2 * i + 1]] as const)
  return {
    config: { ...readerSize, ...(JSON.parse(metadata.config) as Partial<ReaderConfig>) },
    params: selectParameters(tensors, 'reader'),
    tokenizer: { pairs },
    lexicon: readLexicon(gunzipSync(Buffer.from(metadata.lexicon, 'base64')).toString()),
  }
}

async function readPrompt(
  { config, params, tokenizer, lexicon }: ExpanderParts,
  writer: TextWriter,
  prompt: string,
  signal?: AbortSignal,
) {
  const words = readWords(lexicon, prompt)
  const features = placeFeatures(featuresOf(tokenizer, words), config.promptLength)
  const prefix = promptVectors(params, features, config.language.width)
  const { ids } = await writer.write(
    { prefix, ids: [0] },
    { allowed: allowByEvidence(words), end: REQUEST_END, most: MOST_REQUEST_TOKENS, signal },
  )
  return { words, request: decodeRequest(ids) }
}

/**
 * Compiles an expander; it runs on one core.
 * @param parts those of the bundled file when absent
 */
export async function openExpander(parts: ExpanderParts = loadExpander()): Promise<Expander> {
  const { config, params } = parts
  const sizes = {
    prefix: config.promptLength,
    begin: 1,
    length: config.promptLength + 1 + MOST_REQUEST_TOKENS,
  }
  const writer = await compileWriter(config.language, selectParameters(params, 'language'), sizes)
  return {
    async expand(prompt, { seed = 0, signal } = {}) {
      if (isCaption(prompt)) return { caption: prompt, notes: [], by: 'nothing' }
      const { words, request } = await readPrompt(parts, writer, prompt, signal)
      const played = playParts(request, words)
      return { caption: tellRequest(played.request, seed), notes: played.notes, by: 'expander' }
    },
    read: async (prompt, signal) => (await readPrompt(parts, writer, prompt, signal)).request,
    close: () => writer.release(),
  }
}

/** The detailed caption of a request, with all that it leaves open drawn by the seed; it always parses. */
export function tellRequest(request: Request, seed: number): string {
  for (let draw = 0; ; draw++) {
    const caption = writeAttributes(fillRequest(request, seed + 7919 * draw), createRandom(seed ^ 0x7e11))
    // A wording that would mean another body is drawn again; the grammar has others.
    if (isCaption(caption) || draw === 20) return caption
  }
}
