import { existsSync } from 'node:fs'
import path from 'node:path'
import {
  captionQuestions,
  drawAskedPrompts,
  drawChinesePrompts,
  evaluateCaptions,
  evaluateUpscaler,
  scoreExpander,
} from '../evaluate/index.ts'
import { openCaptioner, openModel, openUpscaler } from '../sample/index.ts'
import { openExpander } from '../words/index.ts'
import { loadPhysics } from '../world/index.ts'
import { type Addition, type EvaluateOptions, number, percent } from './evaluateOptions.ts'
import { stopSignal } from './options.ts'
import { startCountdown } from './progress.ts'

/** What stands beside a model that is judged, where it has one of its own. */
function ownAddition(model: string | undefined, name: 'captioner' | 'upscaler'): string | undefined {
  const own = model && path.join(model, name)
  return own && existsSync(own) ? own : undefined
}

/** What the captioner says of true films. */
async function judgeCaptions({ count = 200, curriculum, model: folder }: EvaluateOptions): Promise<void> {
  await loadPhysics()
  const model = await openModel({ folder, lazily: true })
  const captioner = await openCaptioner(model, ownAddition(folder, 'captioner'))
  const progress = startCountdown('captioning')
  const onProgress = (done: number, of: number) => progress.update(done, of, '')
  try {
    const summary = await evaluateCaptions(captioner, { curriculum, count, signal: stopSignal(), onProgress })
    progress.stop()
    console.log(`${''.padEnd(12)}${'seen'.padStart(18)}${'held-out'.padStart(18)}`)
    for (const question of captionQuestions) {
      const { [question]: seen } = summary.seen
      const { [question]: heldOut } = summary.heldOut
      if (seen && heldOut) console.log(`${question.padEnd(12)}${percent(seen)}${percent(heldOut)}`)
    }
  } finally {
    progress.stop()
    await captioner.close()
    await model.close()
  }
}

/** Held-out films that an upscaler is measured with. */
const upscalerSizes = { whole: 24, quick: 4 } as const

/** How much better than Lanczos films are enlarged, true ones and what the autoencoder gives back. */
async function judgeUpscaler(options: EvaluateOptions): Promise<void> {
  const { quick, count = upscalerSizes[quick ? 'quick' : 'whole'], curriculum, model: folder } = options
  await loadPhysics()
  const model = await openModel({ folder, lazily: true })
  const upscaler = openUpscaler({ folder: options.upscaler ?? ownAddition(folder, 'upscaler') })
  const progress = startCountdown('enlarging')
  const onProgress = (done: number, of: number) => progress.update(done, of, '')
  try {
    const settings = { curriculum, count, signal: stopSignal(), onProgress }
    const rows = await evaluateUpscaler(model, upscaler, settings)
    progress.stop()
    for (const { kind, scale, lanczos, upscaler, gain } of rows) {
      const sizes = `${model.size.width} to ${model.size.width * scale}, ${kind} films`.padEnd(26)
      const [before, after] = [lanczos, upscaler].map(({ mean }) => mean.toFixed(2))
      console.log(`${sizes}Lanczos ${before} dB, learned ${after} dB, gain ${number(gain, 2)} dB`)
    }
  } finally {
    progress.stop()
    await upscaler.close()
    await model.close()
  }
}

/** Prompts of each language, as many as a report needs and as a glance. */
const expanderSizes = { whole: { English: 500, Chinese: 50 }, quick: { English: 60, Chinese: 20 } } as const

/** Expands prompts in words that the expander's training never had, and prints what became of what they state. */
async function judgeExpander({ quick, seeds = 1 }: EvaluateOptions): Promise<void> {
  const expander = await openExpander()
  const sizes = quick ? expanderSizes.quick : expanderSizes.whole
  for (const [language, count] of Object.entries(sizes)) {
    const draw = language === 'English' ? drawAskedPrompts : drawChinesePrompts
    const score = await scoreExpander(expander, draw(count, seeds))
    const share = (value: number) => `${(100 * value).toFixed(1)} %`
    const { median, slow } = score.milliseconds
    console.log(`${language}: ${score.prompts} prompts in held-out words and sentences`)
    console.log(`  captions that parse                     ${share(score.parses)}`)
    console.log(`  stated attributes that survive          ${share(score.survives)}`)
    console.log(`  stated attributes not contradicted      ${share(score.attributesUncontradicted)}`)
    console.log(`  prompts with nothing contradicted       ${share(score.uncontradicted)}`)
    for (const [name, value] of Object.entries(score.byAttribute)) {
      console.log(`    ${name.padEnd(38)}${share(value)}`)
    }
    console.log(`  one expansion: ${median.toFixed(0)} ms, one in a hundred ${slow.toFixed(0)} ms or more`)
  }
  await expander.close()
}

/** Judges what stands beside a model, and prints what it is like. */
export const judgeAddition = {
  captions: judgeCaptions,
  expander: judgeExpander,
  upscaler: judgeUpscaler,
} as const satisfies Record<Addition, (options: EvaluateOptions) => Promise<void>>
