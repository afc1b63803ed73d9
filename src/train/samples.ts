import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Tensor } from '../array/index.ts'
import { pickFrames, saveSheet } from '../media/index.ts'
import { assembleModel, type ModelConfig, textToVideo } from '../sample/index.ts'

/** What every sheet shows, always with the same seeds: from what is learned first to what is learned last. */
const samplePrompts = [
  'a red ball rolls to the right on a grey floor',
  'a blue cube slides to the left on a checkered floor',
  'a green cylinder stands still on a grey floor',
  'a large yellow ball drops and bounces twice on a checkered floor',
  'a purple ball rolls to the left and hits an orange cube on a grey floor',
  'a small red metal cone rests beside a large blue glass ball on a wooden floor at noon',
  'a cyan metal ball rolls right on wet asphalt at sunset',
  'a pink cube topples on grass at night',
]

/**
 * Makes a film of every sample prompt with the model of this moment, and saves them all as one picture,
 * `step-00001234.jpg`. Nobody chooses: prompts and seeds stay the same over a run.
 */
export async function saveSamples(
  folder: string,
  step: number,
  config: ModelConfig,
  tensors: Readonly<Record<string, Tensor>>,
  threads?: number,
): Promise<void> {
  const model = await assembleModel(config, tensors, { threads })
  const rows = []
  try {
    for (const [seed, prompt] of samplePrompts.entries()) {
      const film = await textToVideo(model, prompt, { seed, seconds: 4 })
      rows.push({ label: prompt, frames: pickFrames(film.frames, film, 8) })
    }
  } finally {
    await model.close()
  }
  mkdirSync(folder, { recursive: true })
  await saveSheet(path.join(folder, `step-${String(step).padStart(8, '0')}.jpg`), rows, model.size)
}
