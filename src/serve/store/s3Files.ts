import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { type FileKind, type FileStore, fileKinds, fileName, idOf } from './files.ts'

/** The client is an optional dependency: only those who keep files in S3 need it. */
async function loadClient() {
  try {
    return await import('@aws-sdk/client-s3')
  } catch {
    throw new RangeError(
      '--files s3://... needs the package @aws-sdk/client-s3: npm install @aws-sdk/client-s3',
    )
  }
}

type S3 = Awaited<ReturnType<typeof loadClient>>

const isAbsent = (error: unknown) =>
  error instanceof Error && ['NoSuchKey', 'NotFound', '404'].includes(error.name)

const isOutOfRange = (error: unknown) => error instanceof Error && error.name === 'InvalidRange'

/** Where files lie: a bucket and what every key begins with. */
interface Place {
  readonly client: S3Client
  readonly s3: S3
  readonly Bucket: string
  readonly prefix: string
}

/**
 * Reads s3://bucket/prefix.
 * @throws RangeError when it names no bucket.
 */
function readAddress(address: string): { Bucket: string; prefix: string } {
  const [, Bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+[a-z0-9])(?:\/(.*))?$/.exec(address) ?? []
  if (!Bucket) throw new RangeError(`\`--files\` must be a folder or s3://bucket/prefix, got "${address}"`)
  return { Bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/` }
}

/** Reads the size first: the part that is wanted depends on it. */
async function openObject(
  { client, s3, Bucket }: Place,
  Key: string,
  choose: Parameters<FileStore['open']>[2],
): ReturnType<FileStore['open']> {
  try {
    const { ContentLength: size = 0, ETag } = await client.send(new s3.HeadObjectCommand({ Bucket, Key }))
    const range = choose(size)
    if (!range) return 'unsatisfiable'
    const Range = `bytes=${range.start}-${range.end}`
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key, Range, IfMatch: ETag }))
    return { size, range, stream: Body as Readable }
  } catch (error) {
    if (isAbsent(error)) return 'absent'
    if (isOutOfRange(error)) return 'unsatisfiable'
    throw error
  }
}

async function removeObjects({ client, s3, Bucket, prefix }: Place, id: string, kinds: readonly FileKind[]) {
  const Objects = kinds.map(kind => ({ Key: prefix + fileName(id, kind) }))
  const { Errors = [] } = await client.send(
    new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
  )
  const [failed] = Errors.filter(({ Code }) => Code !== 'NoSuchKey')
  if (failed) throw new Error(`${failed.Key} cannot be removed: ${failed.Message}`)
}

async function* listObjects({ client, s3, Bucket, prefix: Prefix }: Place) {
  let ContinuationToken: string | undefined
  do {
    const page = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }))
    for (const { Key = '', LastModified } of page.Contents ?? []) {
      const id = idOf(Key.slice(Prefix.length))
      if (id) yield { id, modified: (LastModified?.getTime() ?? Date.now()) / 1000 }
    }
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined
  } while (ContinuationToken)
}

/**
 * Files in S3, or in what speaks its protocol. Region, keys and endpoint come from the usual variables (AWS_REGION,
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL ...).
 * @param address s3://bucket/prefix
 * @throws RangeError when the address names no bucket, or the bucket cannot be used.
 */
export async function openS3(address: string): Promise<FileStore> {
  const { Bucket, prefix } = readAddress(address)
  const s3 = await loadClient()
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL
  const client = new s3.S3Client({
    region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1',
    // Servers other than Amazon's seldom have a host name for each bucket.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
  })
  const place: Place = { client, s3, Bucket, prefix }
  const key = (id: string, kind: FileKind) => prefix + fileName(id, kind)
  const check = async () => void (await client.send(new s3.HeadBucketCommand({ Bucket })))
  try {
    await check()
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    throw new RangeError(`the bucket ${Bucket} cannot be used (${reason})`)
  }
  return {
    async put(id, kind, Body) {
      await client.send(
        new s3.PutObjectCommand({ Bucket, Key: key(id, kind), Body, ContentLength: Body.length }),
      )
    },
    async get(id, kind) {
      try {
        const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key: key(id, kind) }))
        return await Body!.transformToByteArray()
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    open: (id, kind, choose) => openObject(place, key(id, kind), choose),
    remove: (id, kinds = fileKinds) => removeObjects(place, id, kinds),
    list: () => listObjects(place),
    check,
    close: async () => client.destroy(),
  }
}
