import { lookup as lookupName } from 'node:dns'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { UploadError } from '../../media/index.ts'
import { isPublicAddress } from './addresses.ts'

const MOST_REDIRECTS = 3
const TIMEOUT_MILLISECONDS = 10_000

/** Resolves a name and refuses it when any of its addresses is not public; the connection goes to what was checked. */
const lookupPublic: LookupFunction = (host, options, done) => {
  lookupName(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 0)
    const [first] = addresses
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
      return done(new UploadError(`${host} is no public address`), '', 0)
    }
    if (options.all) return done(null, addresses)
    done(null, first.address, first.family)
  })
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new UploadError('it is no http or https address')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Names are checked when they are resolved; addresses are not resolved.
  if (isIP(host) && !isPublicAddress(host)) throw new UploadError(`${host} is no public address`)
  return url
}

function request(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getSecure : getPlain
  const headers = { accept: 'image/png, image/jpeg, image/webp', 'user-agent': 'aozora' }
  return new Promise((resolve, reject) => {
    get(url, { lookup: lookupPublic, signal, agent: false, headers }, resolve).on('error', reject)
  })
}

async function follow(text: string, signal: AbortSignal): Promise<IncomingMessage> {
  let url = readUrl(text)
  for (let i = 0; i <= MOST_REDIRECTS; i++) {
    const answer = await request(url, signal)
    const { statusCode = 0, headers } = answer
    if (statusCode === 200) return answer
    answer.destroy()
    if (statusCode < 300 || statusCode >= 400 || !headers.location) {
      throw new UploadError(`its server answered with status ${statusCode}`)
    }
    if (!URL.canParse(headers.location, url.href))
      throw new UploadError('its server sends elsewhere, to no address')
    url = readUrl(new URL(headers.location, url).href)
  }
  throw new UploadError(`its server sends elsewhere more than ${MOST_REDIRECTS} times`)
}

/**
 * Fetches a picture from the public internet.
 * @param limit bytes that it may have
 * @throws UploadError when the address is not public, does not answer in 10 s, or sends too much.
 */
export async function fetchPicture(text: string, limit: number): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS)
  try {
    const answer = await follow(text, signal)
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of answer) {
      length += part.length
      if (length > limit) {
        answer.destroy()
        throw new UploadError(`it has more than ${limit} bytes`)
      }
      parts.push(part)
    }
    return Buffer.concat(parts)
  } catch (error) {
    if (error instanceof UploadError) throw error
    if (signal.aborted) throw new UploadError('its server does not answer in time')
    throw new UploadError(`it cannot be fetched (${(error as Error).message})`)
  }
}
