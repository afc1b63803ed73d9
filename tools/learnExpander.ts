import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expanderRecipe, learnExpander } from '../src/train/index.ts'
import { loadExpander } from '../src/words/index.ts'

// Trains the bundled expander, after its lexicon (tools/learnLexicon.ts):
//
//   node --import tsx tools/learnExpander.ts lexicon.txt.gz evidence.txt.gz runs/expander weights/expander.safetensors [steps] [start.safetensors]
//
// The tagger of an expander to start from learns on, at rates that fall from a part of those of a new one.

const [lexicon, evidence, folder, file, steps, start] = process.argv.slice(2)
if (!file)
  throw new Error(
    'usage: learnExpander.ts <lexicon.txt.gz> <evidence.txt.gz> <folder> <file.safetensors> [steps] [start.safetensors]',
  )

const read = (name: string) => gunzipSync(readFileSync(name)).toString()
/** Share of a new tagger's rates at which one begins that learns on. */
const FURTHER = 0.4

const { adamRate, muonRate, ...rest } = expanderRecipe.schedule
const schedule = start
  ? { ...rest, decay: 1, adamRate: FURTHER * adamRate, muonRate: FURTHER * muonRate }
  : expanderRecipe.schedule
await learnExpander(
  {
    lexiconLines: read(lexicon),
    evidenceLines: read(evidence),
    recipe: { ...expanderRecipe, schedule: { ...schedule, steps: Number(steps ?? schedule.steps) } },
    start: start ? loadExpander(start) : undefined,
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
