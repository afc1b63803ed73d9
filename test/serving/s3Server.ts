import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// As much of S3's protocol as our driver speaks: objects in one bucket in memory, signatures of version 4 checked.

const BUCKET = 'films'
const ACCESS_KEY = 'test'
const SECRET = 'secret-of-the-test'

interface StoredObject {
  readonly bytes: Buffer
  readonly modified: Date
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Whether a request is signed with the secret (AWS Signature Version 4, header form). */
function isSigned({ headers, method, url = '' }: IncomingMessage, body: Buffer): boolean {
  const [, key, date, region, service, signed, signature] =
    /Credential=([^/]+)\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(
      headers.authorization ?? '',
    ) ?? []
  if (key !== ACCESS_KEY) return false
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const lines = signed.split(';').map(name => `${name}:${String(headers[name]).trim()}\n`)
  const digest = String(headers['x-amz-content-sha256'])
  if (/^[0-9a-f]{64}$/.test(digest) && digest !== sha256(body)) return false
  const request = [method, pathname, query.join('&'), lines.join(''), signed, digest].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n')
  const day = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, date), region), service), 'aws4_request')
  return hmac(day, text).toString('hex') === signature
}

/** Uploads may come in chunks with a checksum behind them (`aws-chunked`). */
function unchunk(body: Buffer, headers: IncomingMessage['headers']): Buffer {
  if (!String(headers['content-encoding'] ?? '').includes('aws-chunked')) return body
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at)
    const length = Number.parseInt(body.toString('latin1', at, end), 16)
    if (!(length > 0)) return Buffer.concat(parts)
    parts.push(body.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
}

const answer = (response: ServerResponse, status: number, body = '', headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body)

const failure = (response: ServerResponse, status: number, code: string) =>
  answer(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`)

function sendObject(
  request: IncomingMessage,
  response: ServerResponse,
  object: StoredObject,
): ServerResponse {
  const { bytes, modified } = object
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  const part = from === undefined ? bytes : bytes.subarray(Number(from), Number(to) + 1)
  const headers: Record<string, string | number> = {
    'content-length': part.length,
    'last-modified': modified.toUTCString(),
    etag: `"${sha256(bytes).slice(0, 32)}"`,
  }
  if (from !== undefined) headers['content-range'] = `bytes ${from}-${to}/${bytes.length}`
  response.writeHead(from === undefined ? 200 : 206, headers)
  return response.end(request.method === 'HEAD' ? undefined : part)
}

function listObjects(
  response: ServerResponse,
  objects: Map<string, StoredObject>,
  query: URLSearchParams,
): ServerResponse {
  const [prefix, after] = [query.get('prefix') ?? '', query.get('continuation-token') ?? '']
  const names = [...objects.keys()].filter(name => name.startsWith(prefix) && name > after).sort()
  // Small pages, so that paging is tested.
  const page = names.slice(0, 2)
  const contents = page.map(
    name =>
      `<Contents><Key>${name}</Key><LastModified>${objects.get(name)!.modified.toISOString()}</LastModified></Contents>`,
  )
  const more =
    names.length > 2
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${page[1]}</NextContinuationToken>`
      : '<IsTruncated>false</IsTruncated>'
  return answer(response, 200, `<ListBucketResult>${contents.join('')}${more}</ListBucketResult>`)
}

function handle(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, StoredObject>,
  body: Buffer,
): ServerResponse {
  if (!isSigned(request, body)) return failure(response, 403, 'SignatureDoesNotMatch')
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3')
  const [, bucket, ...rest] = decodeURIComponent(pathname).split('/')
  if (bucket !== BUCKET) return failure(response, 404, 'NoSuchBucket')
  const key = rest.join('/')
  const { method } = request
  if (key === '' && method === 'HEAD') return answer(response, 200)
  if (key === '' && method === 'GET') return listObjects(response, objects, searchParams)
  if (key === '' && method === 'POST' && searchParams.has('delete')) {
    for (const [, name] of body.toString().matchAll(/<Key>([^<]+)<\/Key>/g)) objects.delete(name)
    return answer(response, 200, '<DeleteResult></DeleteResult>')
  }
  if (method === 'PUT') {
    objects.set(key, { bytes: unchunk(body, request.headers), modified: new Date() })
    return answer(response, 200, '', { etag: '"put"' })
  }
  const object = objects.get(key)
  if (!object) return failure(response, 404, 'NoSuchKey')
  return sendObject(request, response, object)
}

/** Starts the server and says in the usual variables where it is. */
export async function startS3(): Promise<{
  address: string
  env: Record<string, string>
  close: () => void
}> {
  const objects = new Map<string, StoredObject>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', part => parts.push(part))
    request.on('end', () => handle(request, response, objects, Buffer.concat(parts)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_REGION: 'eu-test-1',
  }
  return { address: `s3://${BUCKET}/a/prefix`, env, close: () => server.close() }
}
