import { type Estimate, estimateMean } from './bootstrap.ts'
import type { CheckedPhysics, SeenPhysics } from './physics.ts'
import { type SplitName, splits } from './prompts.ts'
import type { Reconstruction } from './reconstruction.ts'
import type { Evaluation, JudgedPrompt } from './runEvaluation.ts'
import { type Question, questions, type Score, scoreFilm } from './score.ts'

/** A question's share of right answers: of the model, of true clips, and of the model's films under other captions. */
export interface Row {
  readonly model: Estimate
  readonly ceiling: Estimate
  readonly floor: Estimate
}

/** A measure of physics: of the model's films, of true clips, and of true clips after the autoencoder. */
export interface PhysicsRow {
  readonly model: Estimate
  readonly truth: Estimate
  readonly autoencoder: Estimate
}

/** What a report says in numbers. */
export interface Summary {
  readonly attributes: Readonly<Record<SplitName, Readonly<Partial<Record<Question, Row>>>>>
  readonly autoencoder: Readonly<Record<keyof Reconstruction, Estimate>>
  readonly physics: Readonly<Record<keyof CheckedPhysics, PhysicsRow>>
}

const answers = (scores: readonly Score[], question: Question) =>
  scores.flatMap(score => (score[question] === undefined ? [] : [score[question]]))

/** The films of a prompt under the caption of another one, half the list away. */
function scoreShuffled(prompts: readonly JudgedPrompt[], i: number): Score[] {
  const { attributes } = prompts[(i + Math.ceil(prompts.length / 2)) % prompts.length]
  return prompts[i].films.map(({ seen }) => scoreFilm(seen, attributes))
}

function summarizeSplit(prompts: readonly JudgedPrompt[]): Partial<Record<Question, Row>> {
  const asked = questions.filter(question => prompts.some(({ truth }) => truth.score[question] !== undefined))
  return Object.fromEntries(
    asked.map((question): [Question, Row] => {
      const estimate = (scoresOf: (prompt: JudgedPrompt, i: number) => readonly Score[]) =>
        estimateMean(prompts.map((prompt, i) => answers(scoresOf(prompt, i), question)))
      return [
        question,
        {
          model: estimate(({ films }) => films.map(({ score }) => score)),
          ceiling: estimate(({ truth }) => [truth.score]),
          floor: estimate((_, i) => scoreShuffled(prompts, i)),
        },
      ]
    }),
  )
}

/** Errors of position in true clips and after the autoencoder, of the bodies that the parser sees in both. */
function pairPositions(reconstructions: Evaluation['reconstructions']) {
  const pick = (of: 'truth' | 'decoded', other: 'truth' | 'decoded') =>
    reconstructions.map(clip =>
      clip[of].positionError.filter(
        (error, body): error is number => error !== null && clip[other].positionError[body] !== null,
      ),
    )
  return {
    truth: estimateMean(pick('truth', 'decoded')),
    autoencoder: estimateMean(pick('decoded', 'truth')),
  }
}

function summarizePhysics({ prompts, reconstructions }: Evaluation): Summary['physics'] {
  const row = (key: Exclude<keyof CheckedPhysics, 'positionError'>): PhysicsRow => ({
    model: estimateMean(
      prompts.map(({ films }) => films.flatMap(({ physics }) => physics[key as keyof SeenPhysics] ?? [])),
    ),
    // The clips that went through the autoencoder, so that both columns are of the same ones, where there are any.
    truth: estimateMean(
      reconstructions.length > 0
        ? reconstructions.map(({ truth }) => truth[key])
        : prompts.map(({ truth }) => truth.physics[key]),
    ),
    autoencoder: estimateMean(reconstructions.map(({ decoded }) => decoded[key])),
  })
  return {
    fall: row('fall'),
    straying: row('straying'),
    velocityError: row('velocityError'),
    positionError: { model: estimateMean([]), ...pairPositions(reconstructions) },
  }
}

/** Sums up an evaluation, with bootstrap intervals over prompts. */
export function summarize(evaluation: Evaluation): Summary {
  const { prompts, reconstructions } = evaluation
  const attributes = Object.fromEntries(
    splits.map(split => [split, summarizeSplit(prompts.filter(prompt => prompt.split === split))]),
  ) as Record<SplitName, Partial<Record<Question, Row>>>
  const mean = (key: keyof Reconstruction) =>
    estimateMean(reconstructions.map(item => (Number.isFinite(item[key]) ? [item[key]] : [])))
  return {
    attributes,
    autoencoder: {
      psnr: mean('psnr'),
      psnrInside: mean('psnrInside'),
      ssim: mean('ssim'),
      ssimInside: mean('ssimInside'),
    },
    physics: summarizePhysics(evaluation),
  }
}
