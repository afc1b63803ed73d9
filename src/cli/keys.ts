import type { Command } from 'commander'
import type { Stores } from '../serve/index.ts'
import { wholeNumber } from './options.ts'
import { addStoreOptions, expectPlace, openPlace, type StorePlace } from './storeOptions.ts'

/** Opens the stores, does something, and closes them. */
async function use<Result>(place: StorePlace, run: (stores: Stores) => Promise<Result>): Promise<Result> {
  const stores = await openPlace(place)
  try {
    return await run(stores)
  } finally {
    await stores.close()
  }
}

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')

const expectName = (name: string) => {
  if (!/^[^\p{Cc}\p{Cs}]{1,80}$/u.test(name)) {
    throw new RangeError(`the name must have 1 to 80 printable characters, got ${JSON.stringify(name)}`)
  }
}

async function addKey(
  name: string,
  { maxWaiting, secondsPerDay, ...place }: StorePlace & { maxWaiting?: number; secondsPerDay?: number },
): Promise<void> {
  expectName(name)
  const { id, key } = await use(place, ({ keys }) => keys.add(name, { maxWaiting, secondsPerDay }))
  console.error(`the key ${id} of ${name}; it is shown this once and kept nowhere:`)
  console.log(key)
}

async function listKeys(place: StorePlace): Promise<void> {
  expectPlace(place)
  for (const key of await use(place, ({ keys }) => keys.list())) {
    const limits = [
      key.maxWaiting === null ? '' : `${key.maxWaiting} at a time`,
      key.secondsPerDay === null ? '' : `${key.secondsPerDay} s a day`,
    ].filter(text => text !== '')
    const state = key.revokedAt === null ? 'active' : `revoked ${day(key.revokedAt)}`
    console.log([key.id, key.name, `added ${day(key.createdAt)}`, state, ...limits].join('  '))
  }
}

async function revokeKey(id: string, place: StorePlace): Promise<void> {
  expectPlace(place)
  if (!(await use(place, ({ keys }) => keys.revoke(id)))) throw new RangeError(`there is no active key ${id}`)
  console.log(`${id} is revoked`)
}

async function addWebhook(url: string, place: StorePlace): Promise<void> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new RangeError(`the address must be http or https, got "${url}"`)
  }
  const { id, secret } = await use(place, ({ webhooks }) => webhooks.add(url))
  console.error(`the webhook ${id}; this secret proves that an event is from here (OPENAI_WEBHOOK_SECRET):`)
  console.log(secret)
}

async function listWebhooks(place: StorePlace): Promise<void> {
  expectPlace(place)
  for (const { id, url, createdAt } of await use(place, ({ webhooks }) => webhooks.list())) {
    console.log(`${id}  ${url}  added ${day(createdAt)}`)
  }
}

async function removeWebhook(id: string, place: StorePlace): Promise<void> {
  expectPlace(place)
  if (!(await use(place, ({ webhooks }) => webhooks.remove(id))))
    throw new RangeError(`there is no webhook ${id}`)
  console.log(`${id} is removed`)
}

/** Adds `aozora keys`. */
export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .summary('API keys of a server')
    .description('Who may use `aozora serve`.')
  const add = keys
    .command('add')
    .description('Makes a key and prints it, this once. From the first key on, each request must bear one.')
    .argument('<name>', 'who or what will use it')
    .option('--max-waiting <n>', 'videos that wait or run at the same time', wholeNumber(1, 1_000_000))
    .option('--seconds-per-day <n>', 'seconds of video in 24 hours', wholeNumber(1, 100_000_000))
  addStoreOptions(add).action(addKey)
  addStoreOptions(keys.command('list').description('Lists the keys; their secrets are not kept.')).action(
    listKeys,
  )
  const revoke = keys
    .command('revoke')
    .description('Refuses a key from now on.')
    .argument('<id>', 'as listed')
  addStoreOptions(revoke).action(revokeKey)
}

/** Adds `aozora webhooks`. */
export function addWebhooks(program: Command): void {
  const hooks = program
    .command('webhooks')
    .summary('addresses that are told when a video ends')
    .description('Events video.completed and video.failed, signed as OpenAI signs them.')
  const add = hooks.command('add').description('Adds an address and prints its secret.').argument('<url>')
  addStoreOptions(add).action(addWebhook)
  addStoreOptions(hooks.command('list').description('Lists the addresses.')).action(listWebhooks)
  const remove = hooks
    .command('remove')
    .description('Sends no more events there.')
    .argument('<id>', 'as listed')
  addStoreOptions(remove).action(removeWebhook)
}
