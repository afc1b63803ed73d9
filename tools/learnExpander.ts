import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { learnExpander } from '../src/train/index.ts'

// Trains the bundled expander, in about ten minutes of one core: first its lexicon (tools/learnLexicon.ts), then
//
//   node --import tsx tools/learnExpander.ts runs/lexicon.txt.gz runs/expander weights/expander.safetensors

const [lexicon, folder, file] = process.argv.slice(2)
if (!file) throw new Error('usage: learnExpander.ts <lexicon.txt.gz> <folder> <file.safetensors>')

await learnExpander(
  {
    lexiconLines: gunzipSync(readFileSync(lexicon)).toString(),
    folder,
    seed: 1,
    threads: 1,
    onStep: ({ step, steps, loss, itemsPerSecond }) => {
      if (step % 20 === 0)
        console.log(`${step}/${steps}: loss ${loss.toFixed(4)}, ${itemsPerSecond.toFixed(0)} prompts/s`)
    },
  },
  file,
)
