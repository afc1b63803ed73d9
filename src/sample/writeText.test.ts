import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constant, createRandom, input } from '../array/index.ts'
import { fixParameters, initializeParameters, languageModel, languageModelSpecs } from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import { chooseToken, compileWriter } from './writeText.ts'

const config = { vocabulary: 9, width: 16, depth: 2, heads: 2 }
const specs = languageModelSpecs(config)
const params = initializeParameters(specs, createRandom(4))
const prefix = createRandom(5).fillNormal(new Float32Array(3 * 16))

test('writing with a cache gives what whole passes give', async () => {
  const writer = await compileWriter(config, params, { prefix: 3, begin: 2, length: 12 })
  const { ids } = await writer.write({ prefix, ids: [1, 2] })
  assert.equal(ids.length, 8)
  const begun = [1, 2]
  for (const id of ids) {
    const traced = fixParameters(specs, params)
    const { logits_BLV } = languageModel(
      traced,
      {
        prefix_BPD: constant(prefix, [1, 3, 16]),
        ids_BS: input('ids', [1, begun.length], 'int32'),
        from: 2 + begun.length,
      },
      config,
    )
    const compiled = await compile({ logits: logits_BLV }, { threads: 1 })
    const feeds = { ids: { shape: [1, begun.length], data: Int32Array.from(begun) } }
    const { logits } = await compiled.run(feeds)
    assert.equal(chooseToken(logits.data as Float32Array).token, id)
    await compiled.release()
    begun.push(id)
  }
  await writer.release()
})

test('a writer keeps to what is allowed, ends, and draws by its seed', async () => {
  const writer = await compileWriter(config, params, { begin: 1, length: 12 })
  const allowed = (written: readonly number[]) => (written.length < 4 ? [3, 4] : [8])
  const bold = { temperature: 2, allowed, end: 8 }
  const write = async (seed: number) =>
    (await writer.write({ ids: [0] }, { ...bold, random: createRandom(seed) })).ids
  const texts = await Promise.all([1, 2, 3, 4, 5, 6].map(write))
  for (const ids of texts) {
    assert.equal(ids.length, 4)
    assert.ok(ids.every(id => id === 3 || id === 4))
  }
  assert.ok(new Set(texts.map(String)).size > 1)
  assert.deepEqual(await write(1), texts[0])
  await assert.rejects(writer.write({ ids: [0, 1] }), /`ids` must hold 1 tokens, got 2/)
  await assert.rejects(writer.write({ ids: [0] }, { signal: AbortSignal.abort() }), { name: 'AbortError' })
  await writer.release()
})

test('tokens are chosen by temperature, top-p and what is allowed', () => {
  const logits = Float32Array.of(0, 3, 2, -5)
  assert.equal(chooseToken(logits).token, 1)
  assert.equal(chooseToken(logits, {}, [0, 3]).token, 0)
  const draw = (options: object) => {
    const random = createRandom(7)
    return new Set(
      Array.from({ length: 200 }, () => chooseToken(logits, { temperature: 1, random, ...options }).token),
    )
  }
  assert.deepEqual([...draw({ topP: 0.5 })], [1])
  assert.deepEqual([...draw({ topP: 0.9 })].sort(), [1, 2])
  assert.ok(draw({}).has(0))
  assert.throws(() => chooseToken(logits, {}, []), RangeError)
  assert.throws(() => chooseToken(logits, { temperature: 1 }), /`random`/)
})
