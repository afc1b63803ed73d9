import { Command, CommanderError } from 'commander'
import { VERSION } from '../store/index.ts'

/** Exit codes: 0 done, 1 failed, 2 bad input, 130 stopped by the user. */
const [FAILED, BAD_INPUT, STOPPED] = [1, 2, 130]

/** Adds a command to the program. */
type Add = (program: Command) => void

/** Each command, loaded when it is wanted: together they load the whole house. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  generate: async () => (await import('./generate.ts')).addGenerate,
  caption: async () => (await import('./caption.ts')).addCaption,
  live: async () => (await import('./live.ts')).addLive,
  show: async () => (await import('./show.ts')).addShow,
  train: async () => (await import('./train.ts')).addTrain,
  world: async () => (await import('./world.ts')).addWorld,
  dataset: async () => (await import('./dataset.ts')).addDataset,
  evaluate: async () => (await import('./evaluate.ts')).addEvaluate,
  lab: async () => (await import('./lab.ts')).addLab,
  serve: async () => (await import('./serve.ts')).addServe,
  work: async () => (await import('./work.ts')).addWork,
  keys: async () => (await import('./keys.ts')).addKeys,
  webhooks: async () => (await import('./keys.ts')).addWebhooks,
  verify: async () => (await import('./verify.ts')).addVerify,
}

/** The commands that a command line needs: the one that it names, none to say the version, else all of them. */
function namesFor([first]: readonly string[]): readonly string[] {
  if (Object.hasOwn(commands, first)) return [first]
  return first === '--version' || first === '-V' ? [] : Object.keys(commands)
}

async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('aozora')
    .description('An open Sora: a sentence becomes a film, from a model that trains on your own machine.')
    .version(VERSION)
    .showHelpAfterError(false)
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nA first film:\n  $ aozora generate "a red ball bounces on a grey floor"\n\nEach command has its own help: aozora generate --help',
    )
  for (const name of namesFor(argv)) (await commands[name]())(program)
  return program
}

/** Applies to subcommands too, which do not inherit it. */
function throwErrors(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => {} })
  command.commands.forEach(throwErrors)
}

/**
 * Runs the command line.
 * @param argv what the user typed after `aozora`
 * @returns the exit code: 0 done, 1 failed, 2 bad input, 130 stopped
 */
export async function main(argv: readonly string[]): Promise<number> {
  // Whoever reads along may stop reading, as `| head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : FAILED),
  )
  const program = await buildProgram(argv)
  throwErrors(program)
  if (argv.length === 0) {
    program.outputHelp()
    return 0
  }
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    return reportError(error)
  }
}

function reportError(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version come this way too, with code 0; what was wrong is told in one line.
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return BAD_INPUT
    console.error(error.message.replace(/^error: /, 'aozora: ').replace(/\n/g, ' '))
    return BAD_INPUT
  }
  if (!(error instanceof Error)) throw error
  if (error.name === 'AbortError') {
    console.error(`aozora: ${error.message}`)
    return STOPPED
  }
  console.error(`aozora: ${process.env.AOZORA_DEBUG ? error.stack : error.message}`)
  return error instanceof RangeError ? BAD_INPUT : FAILED
}
