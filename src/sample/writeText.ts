import { input, type Random, type Tensor } from '../array/index.ts'
import {
  fixParameters,
  type LanguageModelConfig,
  languageModel,
  languageModelSpecs,
  MASKED,
  type Parameters,
  textAngles,
} from '../model/index.ts'
import { type Compiled, type CompileOptions, compile } from '../onnx/index.ts'

// Shapes: P vectors of the prefix, S tokens that begin a text, M places of the cache, D width, N heads, K head size,
// V tokens of the vocabulary.

/** How the next token is chosen. */
export interface SamplingOptions {
  /** 0 takes the likeliest, 1 draws as the model says, more than 1 more boldly; 0 when absent. */
  readonly temperature?: number
  /** Draws only among the likeliest tokens that together have this probability (1904.09751); 1 when absent. */
  readonly topP?: number
  /** Needed unless the temperature is 0. */
  readonly random?: Random
}

/** How a text is written. */
export interface WriteOptions extends SamplingOptions {
  /** Which tokens may come after those written so far; all when absent. An empty answer ends the text. */
  readonly allowed?: (written: readonly number[]) => readonly number[] | undefined
  /** The token that ends a text; it is not among what is returned. */
  readonly end?: number
  /** Tokens at most; as many as fit when absent. */
  readonly most?: number
  readonly signal?: AbortSignal
}

/** A language model that is ready to write. */
export interface TextWriter {
  /**
   * Writes on after a prefix and first tokens.
   * @param begin `prefix` (P D numbers, P as compiled) and `ids` (S tokens, S as compiled)
   * @returns the tokens that were written, and the mean logarithm of their probabilities
   * @throws RangeError when there is not one token to begin with, or an argument has another length than was compiled
   */
  write(
    begin: { readonly prefix?: Float32Array; readonly ids: readonly number[] },
    options?: WriteOptions,
  ): Promise<{ readonly ids: number[]; readonly logProbability: number }>
  release(): Promise<void>
}

/** The sizes that a writer is compiled for. */
export interface WriterSizes {
  /** Vectors in front (P); 0 when absent. */
  readonly prefix?: number
  /** Tokens that begin a text (S), one at least. */
  readonly begin: number
  /** Vectors and tokens in all, the written ones too. */
  readonly length: number
  /** How many positions in front see one another in both directions; those of the prefix when absent. */
  readonly visible?: number
}

/**
 * Chooses a token.
 * @param logits one number for each token
 * @param allowed the tokens among which it is chosen; all when absent
 * @returns the token, and the logarithm of its probability among the allowed ones
 * @throws RangeError when nothing is allowed, or a draw is wanted without `random`
 */
export function chooseToken(
  logits: Float32Array,
  { temperature = 0, topP = 1, random }: SamplingOptions = {},
  allowed: readonly number[] = [...logits.keys()],
): { readonly token: number; readonly logProbability: number } {
  if (allowed.length === 0) throw new RangeError('no token is allowed')
  const sorted = [...allowed].sort((a, b) => logits[b] - logits[a] || a - b)
  const highest = logits[sorted[0]]
  const total = sorted.reduce((sum, token) => sum + Math.exp(logits[token] - highest), 0)
  const choose = (token: number) => ({
    token,
    logProbability: logits[token] - highest - Math.log(total),
  })
  if (temperature === 0) return choose(sorted[0])
  if (!random) throw new RangeError('`random` must be given when the temperature is not 0')
  const weights = sorted.map(token => Math.exp((logits[token] - highest) / temperature))
  const sum = weights.reduce((a, b) => a + b)
  let [kept, mass] = [0, 0]
  while (kept < weights.length && (kept === 0 || mass < topP * sum)) mass += weights[kept++]
  let at = random.uniform() * mass
  const drawn = weights.findIndex((weight, i) => i === kept - 1 || (at -= weight) < 0)
  return choose(sorted[drawn])
}

/** Compiles the pass over the beginning: logits after its last token, and what the cache begins with. */
function compileBeginning(
  config: LanguageModelConfig,
  params: Parameters,
  { prefix = 0, begin, visible }: WriterSizes,
  options: CompileOptions,
): Promise<Compiled> {
  const traced = fixParameters(languageModelSpecs(config), params)
  const { logits_BLV, cache } = languageModel(
    traced,
    {
      ...(prefix > 0 && { prefix_BPD: input('prefix', [1, prefix, config.width]) }),
      ids_BS: input('ids', [1, begin], 'int32'),
      visible,
      from: prefix + begin - 1,
    },
    config,
  )
  return compile({ logits: logits_BLV, ...nameCache(cache) }, options)
}

/** Compiles the pass over one token behind M cached ones. */
function compileNext(
  config: LanguageModelConfig,
  params: Parameters,
  { length }: WriterSizes,
  options: CompileOptions,
): Promise<Compiled> {
  const { width, depth, heads } = config
  const size = width / heads
  const traced = fixParameters(languageModelSpecs(config), params)
  const places = (name: string, i: number) => input(`past.${name}.${i}`, [1, heads, length, size])
  const { logits_BLV, cache } = languageModel(
    traced,
    {
      ids_BS: input('ids', [1, 1], 'int32'),
      past: Array.from({ length: depth }, (_, i) => ({ key: places('key', i), value: places('value', i) })),
      rotation: { cos_LK: input('cos', [1, size / 2]), sin_LK: input('sin', [1, size / 2]) },
      mask_LM: input('mask', [1, length + 1]),
    },
    config,
  )
  return compile({ logits: logits_BLV, ...nameCache(cache) }, options)
}

const nameCache = (cache: ReturnType<typeof languageModel>['cache']) =>
  Object.fromEntries(
    cache.flatMap(({ key, value }, i) => [
      [`key.${i}`, key],
      [`value.${i}`, value],
    ]),
  )

/** The cache of one text: keys and values of every block, with free places behind. */
function createCache({ width, depth, heads }: LanguageModelConfig, length: number) {
  const size = width / heads
  const tensor = (): Tensor => ({
    shape: [1, heads, length, size],
    data: new Float32Array(heads * length * size),
  })
  const tensors: Record<string, Tensor> = {}
  for (let i = 0; i < depth; i++) {
    tensors[`past.key.${i}`] = tensor()
    tensors[`past.value.${i}`] = tensor()
  }
  return {
    tensors,
    /** Puts keys and values of `count` positions behind those that are there. */
    put(results: Readonly<Record<string, Tensor>>, at: number, count: number) {
      for (const [name, { data }] of Object.entries(tensors)) {
        for (let head = 0; head < heads; head++) {
          const rows = results[name.slice('past.'.length)].data.subarray(
            head * count * size,
            (head + 1) * count * size,
          )
          data.set(rows, (head * length + at) * size)
        }
      }
    },
  }
}

/**
 * Compiles a language model for writing: the beginning in one pass, then a token a pass with keys and values cached.
 * @param sizes what a text begins with, and how long it can become
 */
export async function compileWriter(
  config: LanguageModelConfig,
  params: Parameters,
  sizes: WriterSizes,
  options: CompileOptions = { threads: 1 },
): Promise<TextWriter> {
  const beginning = await compileBeginning(config, params, sizes, options)
  const next = await compileNext(config, params, sizes, options)
  const { prefix = 0, begin, length } = sizes
  const size = config.width / config.heads
  const firstFeeds = (given: {
    readonly prefix?: Float32Array
    readonly ids: readonly number[]
  }): Record<string, Tensor> => {
    if (given.ids.length !== begin) {
      throw new RangeError(`\`ids\` must hold ${begin} tokens, got ${given.ids.length}`)
    }
    const ids: Tensor = { shape: [1, begin], data: Int32Array.from(given.ids) }
    if (prefix === 0) return { ids }
    const { prefix: data = new Float32Array() } = given
    if (data.length !== prefix * config.width) {
      throw new RangeError(`\`prefix\` must hold ${prefix * config.width} numbers, got ${data.length}`)
    }
    return { ids, prefix: { shape: [1, prefix, config.width], data } }
  }
  return {
    async write(given, { allowed, end, most = length, signal, ...sampling } = {}) {
      const cache = createCache(config, length)
      let results = await beginning.run(firstFeeds(given))
      cache.put(results, 0, prefix + begin)
      const ids: number[] = []
      let [position, logProbability] = [prefix + begin, 0]
      while (ids.length < most) {
        signal?.throwIfAborted()
        const choice = allowed?.(ids)
        if (choice?.length === 0) break
        const chosen = chooseToken(results.logits.data as Float32Array, sampling, choice)
        logProbability += chosen.logProbability
        if (chosen.token === end) break
        ids.push(chosen.token)
        if (position >= length || ids.length >= most) break
        results = await next.run({ ...cache.tensors, ...nextFeeds(chosen.token, position, length, size) })
        cache.put(results, position++, 1)
      }
      return { ids, logProbability: logProbability / Math.max(1, ids.length) }
    },
    async release() {
      await beginning.release()
      await next.release()
    },
  }
}

/** What a pass over one token reads besides the cache: places from `position` on are still free. */
function nextFeeds(token: number, position: number, length: number, size: number): Record<string, Tensor> {
  const { cos, sin } = textAngles(position, 1, size)
  const mask = new Float32Array(length + 1).fill(MASKED, position, length)
  return {
    ids: { shape: [1, 1], data: Int32Array.of(token) },
    cos: { shape: [1, size / 2], data: cos },
    sin: { shape: [1, size / 2], data: sin },
    mask: { shape: [1, length + 1], data: mask },
  }
}
