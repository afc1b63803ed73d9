import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { input, matmul, type Tensor } from '../src/array/index.ts'
import { compile } from '../src/onnx/index.ts'
import { type RunOptions, type Training, train } from '../src/train/index.ts'

const SIZE = 1536

/** The middle one of some numbers. */
export const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Milliseconds of one call, the median of `rounds` after a first that is not counted. */
export async function time(rounds: number, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  await call()
  for (let i = 0; i < rounds; i++) {
    const started = performance.now()
    await call()
    times.push(performance.now() - started)
  }
  return median(times)
}

/** GFLOP/s of one large float32 matrix product. */
export async function measureProduct(threads: number): Promise<number> {
  const product = await compile(
    { c: matmul(input('a', [SIZE, SIZE]), input('b', [SIZE, SIZE])) },
    { threads },
  )
  const data = (): Tensor => ({ shape: [SIZE, SIZE], data: new Float32Array(SIZE * SIZE).fill(0.5) })
  const [feeds, into] = [{ a: data(), b: data() }, { c: data() }]
  const milliseconds = await time(4, () => product.run(feeds, into))
  await product.release()
  return (2 * SIZE ** 3) / milliseconds / 1e6
}

/** Milliseconds of a training step, the median, the first left out. */
export async function timeTraining(
  training: Training,
  options: Pick<RunOptions, 'threads' | 'workers'> = {},
): Promise<number> {
  const times: number[] = []
  let last = 0
  const onStep = () => {
    if (last > 0) times.push(performance.now() - last)
    last = performance.now()
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-bench-'))
  await train(training, { ...options, folder, seed: 1, onStep })
  rmSync(folder, { recursive: true })
  return median(times)
}
