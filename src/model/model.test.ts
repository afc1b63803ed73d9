import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom, input, type Tensor } from '../array/index.ts'
import { compile } from '../onnx/index.ts'
import {
  autoencoderSizes,
  autoencoderSpecs,
  countParameters,
  decode,
  encode,
  expectParameters,
  growParameters,
  initializeParameters,
  type Surroundings,
  tokenize,
  traceParameters,
  transformer,
  transformerSizes,
  transformerSpecs,
} from './index.ts'

const random = createRandom(4)
const draw = (...shape: number[]): Tensor => ({
  shape,
  data: random.fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1))),
})
const fed = (params: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(Object.entries(params).map(([name, tensor]) => [`param.${name}`, tensor]))

const autoencoderConfig = { latentChannels: 16, ...autoencoderSizes.tiny }
const text = { vocabulary: ['a', 'red', 'ball'], length: 6, width: 64, depth: 1, heads: 2 }
const transformerConfig = { latentChannels: 16, patch: 2, ...transformerSizes.tiny, text }

async function compileEncoder(frames: number) {
  const specs = autoencoderSpecs(autoencoderConfig)
  const params = fed(initializeParameters(specs, createRandom(1)))
  const video = input('video', [1, frames, 3, 32, 32])
  const compiled = await compile({
    latents: encode(traceParameters(specs, 'param'), video, autoencoderConfig),
  })
  return async (data: Tensor) => (await compiled.run({ ...params, video: data })).latents
}

test('the encoder sees no future: latents do not change when later frames do', async () => {
  const encodeVideo = await compileEncoder(12)
  const video = draw(1, 12, 3, 32, 32)
  const changed = { ...video, data: video.data.slice() as Float32Array }
  changed.data.fill(0, 8 * 3 * 32 * 32)
  const [a, b] = [await encodeVideo(video), await encodeVideo(changed)]
  assert.deepEqual(a.shape, [1, 3, 16, 2, 2])
  const frame = 16 * 2 * 2
  assert.deepEqual(a.data.slice(0, 2 * frame), b.data.slice(0, 2 * frame))
  assert.notDeepEqual(a.data.slice(2 * frame), b.data.slice(2 * frame))
})

test('the decoder sees one latent frame before and one behind: chunks decode as the whole does', async () => {
  const specs = autoencoderSpecs(autoencoderConfig)
  const params = fed(initializeParameters(specs, createRandom(1)))
  const decodeLatents = async (latents: Tensor, surroundings?: Surroundings) => {
    const value = input('latents', latents.shape)
    const compiled = await compile({
      video: decode(traceParameters(specs, 'param'), value, autoencoderConfig, surroundings),
    })
    return (await compiled.run({ ...params, latents })).video
  }
  const latents = draw(1, 5, 16, 2, 2)
  const whole = await decodeLatents(latents)
  assert.deepEqual(whole.shape, [1, 20, 3, 32, 32])
  const frame = 16 * 2 * 2
  const pixels = 4 * 3 * 32 * 32
  const part = (first: number, end: number) => ({
    shape: [1, end - first, 16, 2, 2],
    data: latents.data.slice(first * frame, end * frame),
  })
  const expectLike = (video: Tensor, first: number, at = 0) => {
    for (const [i, value] of video.data.slice(at * pixels).entries())
      assert.ok(Math.abs(value - whole.data[first * pixels + i]) < 1e-4)
  }
  expectLike(await decodeLatents(part(0, 3), { after: 1 }), 0)
  expectLike(await decodeLatents(part(1, 4), { before: 1, after: 1 }), 2)
  expectLike(await decodeLatents(part(3, 5), { before: 1 }), 4)
  expectLike(await decodeLatents(part(2, 5)), 3, 1)
  const alone = await decodeLatents(part(0, 3))
  assert.ok(
    alone.data.slice(2 * pixels).some((value, i) => Math.abs(value - whole.data[2 * pixels + i]) > 1e-2),
  )
})

/** Parameters of a transformer of which none is zero: modulation tables begin so, which would hide what passes through them. */
function drawTransformer(): Record<string, Tensor> {
  const params: Record<string, Tensor> = fed(
    initializeParameters(transformerSpecs(transformerConfig), createRandom(1)),
  )
  for (const tensor of Object.values(params)) {
    if (tensor.data.every(value => value === 0)) random.fillNormal(tensor.data as Float32Array)
  }
  return params
}

test('the transformer: shapes, and every input matters', async () => {
  const specs = transformerSpecs(transformerConfig)
  const params = drawTransformer()
  const shape = [1, 3, 16, 4, 4]
  const compiled = await compile({
    out: transformer(
      traceParameters(specs, 'param'),
      {
        latents_BfZhw: input('latents', shape),
        levels_Bf: input('levels', [1, 3]),
        first_Bf: input('first', [1, 3]),
        ids_BS: input('ids', [1, 6], 'int32'),
      },
      transformerConfig,
    ).data,
  })
  const base = {
    latents: draw(...shape),
    levels: { shape: [1, 3], data: Float32Array.of(0.1, 0.5, 0.5) },
    first: { shape: [1, 3], data: Float32Array.of(1, 0, 0) },
    ids: { shape: [1, 6], data: tokenize('a red ball', text).ids },
  }
  const run = async (changes: Partial<Record<keyof typeof base, Tensor>>) =>
    (await compiled.run({ ...params, ...base, ...changes })).out
  const out = await run({})
  assert.deepEqual(out.shape, shape)
  // A latent frame without noise is the data already.
  const clean = (await run({ levels: { shape: [1, 3], data: Float32Array.of(0, 0.5, 1) } })).data
  assert.deepEqual(clean.slice(0, 16 * 4 * 4), base.latents.data.slice(0, 16 * 4 * 4))
  for (const changes of [
    { latents: draw(...shape) },
    { levels: { shape: [1, 3], data: Float32Array.of(0.1, 0.5, 0.9) } },
    { first: { shape: [1, 3], data: Float32Array.of(0, 0, 0) } },
    { ids: { shape: [1, 6], data: tokenize('a red', text).ids } },
  ]) {
    const other = await run(changes)
    assert.ok(
      out.data.some((value, i) => Math.abs(value - other.data[i]) > 1e-3),
      `${Object.keys(changes)} changes nothing`,
    )
  }
})

test('both networks of the bundled model fit into 40 MB of half precision', () => {
  const autoencoder = countParameters(autoencoderSpecs({ latentChannels: 32, ...autoencoderSizes.small }))
  const small = { latentChannels: 32, patch: 2, ...transformerSizes.small }
  const words = { vocabulary: new Array<string>(160).fill(''), length: 64, width: 256, depth: 2, heads: 4 }
  const count = autoencoder + countParameters(transformerSpecs({ ...small, text: words }))
  assert.ok(2 * count < 40e6, `${count} parameters`)
})

test('words become tokens: case and signs do not matter, unknown words are named once', () => {
  const { ids, unknownWords } = tokenize('A red, GREEN ball; green?', text)
  assert.deepEqual([...ids], [2, 3, 1, 4, 1, 0])
  assert.deepEqual(unknownWords, ['green'])
  assert.deepEqual([...tokenize('', text).ids], [0, 0, 0, 0, 0, 0])
})

test('parameters of another model are refused by name and shape', () => {
  const specs = autoencoderSpecs(autoencoderConfig)
  const params = initializeParameters(specs, createRandom(1))
  expectParameters(specs, params)
  const { 'encoder.stem': stem, ...rest } = params
  assert.throws(() => expectParameters(specs, rest), /encoder\.stem is missing/)
  assert.throws(() => expectParameters(specs, { ...params, extra: stem }), /extra does not belong/)
  assert.throws(
    () => expectParameters(specs, { ...params, 'encoder.stem': { ...stem, shape: [1] } }),
    /encoder\.stem/,
  )
})

test('a larger model begins with what a smaller one knows', () => {
  const numbers = (shape: number[], from: number) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => from + i),
  })
  const drawn = {
    table: numbers([3, 4], 100),
    gain: numbers([2], 200),
    scale: numbers([], 7),
    other: numbers([1], 9),
  }
  growParameters(drawn, {
    table: numbers([2, 3], 0),
    gain: numbers([3], 50),
    scale: numbers([], 8),
    extra: numbers([1], 1),
  })
  assert.deepEqual([...drawn.table.data], [0, 1, 2, 103, 3, 4, 5, 107, 108, 109, 110, 111])
  assert.deepEqual([...drawn.gain.data], [50, 51])
  assert.deepEqual([drawn.scale.data[0], drawn.other.data[0]], [8, 9])
})

test('the transformer: the own grid lies in the middle of a larger one, whose rows go on where they were learned and else are held', async () => {
  const params = drawTransformer()
  const shape = [1, 1, 16, 12, 4]
  const inputs = {
    latents_BfZhw: input('latents', shape),
    levels_Bf: input('levels', [1, 1]),
    first_Bf: input('first', [1, 1]),
    ids_BS: input('ids', [1, 6], 'int32'),
  }
  const traced = traceParameters(transformerSpecs(transformerConfig), 'param')
  const [own, larger] = [
    { rows: 2, columns: 2 },
    { rows: 6, columns: 2 },
  ]
  const compiled = await compile({
    alone: transformer(traced, inputs, transformerConfig).middle,
    learned: transformer(traced, inputs, transformerConfig, [own, larger]).middle,
    held: transformer(traced, inputs, transformerConfig, [own]).middle,
  })
  const run = (params: Record<string, Tensor>, data: Float32Array) =>
    compiled.run({
      ...params,
      latents: { shape, data },
      levels: { shape: [1, 1], data: Float32Array.of(0.5) },
      first: { shape: [1, 1], data: Float32Array.of(0) },
      ids: { shape: [1, 6], data: tokenize('a red ball', text).ids },
    })
  const farthest = (a: Tensor['data'], b: Tensor['data']) =>
    Math.max(...[...a].map((value, i) => Math.abs(value - b[i])))
  // Between tokens only how far they are apart counts: without words, places that are all moved mean the same.
  const silent = Object.entries(params).filter(([name]) => name.includes('textKey'))
  const zeros = silent.map(([name, { shape, data }]) => [
    name,
    { shape, data: new Float32Array(data.length) },
  ])
  const noise = random.fillNormal(new Float32Array(16 * 12 * 4))
  const untold = await run({ ...params, ...Object.fromEntries(zeros) }, noise)
  assert.ok(farthest(untold.alone.data, untold.learned.data) < 1e-4)
  assert.ok(farthest(untold.alone.data, untold.held.data) > 1e-2)
  // The same everywhere, so that rows differ by their positions alone (and the outermost by the border).
  const even = await run(params, new Float32Array(16 * 12 * 4).fill(0.5))
  assert.ok(farthest(even.alone.data, even.learned.data) > 1e-2)
  const apart = (name: 'learned' | 'held', a: number, b: number) => {
    const row = (y: number) => even[name].data.subarray(y * 2 * 64, (y + 1) * 2 * 64)
    return farthest(row(a), row(b))
  }
  assert.ok(apart('held', 1, 2) < 1e-4 && apart('held', 3, 4) < 1e-4)
  assert.ok(apart('held', 2, 3) > 1e-2 && apart('learned', 1, 2) > 1e-2)
  await compiled.release()
})
