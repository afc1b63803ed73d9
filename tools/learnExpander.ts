import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expanderRecipe, learnExpander } from '../src/train/index.ts'

// Trains the bundled expander, after its lexicon (tools/learnLexicon.ts):
//
//   node --import tsx tools/learnExpander.ts lexicon.txt.gz evidence.txt.gz runs/expander weights/expander.safetensors [steps]

const [lexicon, evidence, folder, file, steps] = process.argv.slice(2)
if (!file)
  throw new Error(
    'usage: learnExpander.ts <lexicon.txt.gz> <evidence.txt.gz> <folder> <file.safetensors> [steps]',
  )

const read = (name: string) => gunzipSync(readFileSync(name)).toString()
const { schedule } = expanderRecipe
await learnExpander(
  {
    lexiconLines: read(lexicon),
    evidenceLines: read(evidence),
    recipe: { ...expanderRecipe, schedule: { ...schedule, steps: Number(steps ?? schedule.steps) } },
    ...{ folder, seed: 1, threads: 1, secondsPerCheckpoint: 60 },
    onStep: ({ step, steps, loss, watch, itemsPerSecond }) => {
      if (step % 20 > 0 && step > 4) return
      const parts = Object.entries(watch).map(([name, value]) => `${name} ${value.toFixed(3)}`)
      console.log(
        `${step}/${steps}: loss ${loss.toFixed(3)}, ${parts.join(', ')}, ${itemsPerSecond.toFixed(0)} prompts/s`,
      )
    },
  },
  file,
)
