import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Command, Option } from 'commander'
import { openStores, type Stores } from '../serve/index.ts'
import { decimalNumber, wholeNumber } from './options.ts'

/** Where jobs and files lie, as the user says it. */
export interface StorePlace {
  readonly folder: string
  readonly database?: string
  readonly files?: string
}

/** What servers and workers are told of leases and expiry. */
export interface QueueSettings {
  readonly lease: number
  readonly keep: number
}

const DAY_SECONDS = 86_400

/** Adds the options that say where jobs and files lie. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('-f, --folder <folder>', 'where jobs and videos lie', 'aozora-videos')
    .addOption(
      new Option(
        '--database <url>',
        'postgres://... for jobs that several machines share; a file in the folder when absent',
      ).env('AOZORA_DATABASE'),
    )
    .addOption(
      new Option(
        '--files <place>',
        'another folder, or s3://bucket/prefix (keys and endpoint as AWS_... variables)',
      ).env('AOZORA_FILES'),
    )
}

/** Adds the options of those who take and end jobs. */
export function addQueueOptions(command: Command): Command {
  return command
    .option(
      '--lease <seconds>',
      'a worker that is silent for so long loses its job to another',
      decimalNumber(1, 3600),
      15,
    )
    .option(
      '--keep <days>',
      'days until the files of a video are removed; 0: never',
      wholeNumber(0, 36_500),
      0,
    )
}

/**
 * Checks that a server has begun jobs there.
 * @throws RangeError when it has not.
 */
export function expectPlace({ folder, database }: StorePlace): void {
  if (database === undefined && !existsSync(path.join(folder, 'jobs.sqlite'))) {
    throw new RangeError(`there are no jobs in ${folder}; \`aozora serve --folder ${folder}\` begins them`)
  }
}

/** Opens the stores that the options name. */
export function openPlace(
  { folder, database, files }: StorePlace,
  settings?: Partial<QueueSettings> & { readonly isServer?: boolean },
): Promise<Stores> {
  const { lease, keep, isServer } = settings ?? {}
  const keepSeconds = keep ? keep * DAY_SECONDS : undefined
  return openStores({ folder, database, files, leaseSeconds: lease, keepSeconds, isServer })
}

/** The environment of a process that shall use the same stores: arguments would show a database's password to all. */
export function placeVariables({ database, files }: StorePlace): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(database === undefined ? {} : { AOZORA_DATABASE: database }),
    ...(files === undefined ? {} : { AOZORA_FILES: files }),
  }
}
