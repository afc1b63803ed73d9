import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { z } from 'zod'
import { VERSION } from '../../store/index.ts'
import type { Database } from '../store/database.ts'
import { putManifest, takeManifest } from './containers.ts'

// No well-kept library writes C2PA in Node without native parts of its own; so the same claims (who made it, when, with
// what, and a hash of everything else in the file) are signed with Ed25519 and kept inside the file.

/** What is claimed of a file. */
export interface Manifest {
  /** Always true: nobody filmed this. */
  readonly generated: true
  readonly generator: string
  /** ISO 8601. */
  readonly created: string
  readonly video: string
  readonly kind: string
  /** How it was made: task, prompt, seed, settings, model. */
  readonly origin: unknown
  /** SHA-256 of the file without the manifest, hexadecimal. */
  readonly sha256: string
}

/** Signs files with the key of a server. */
export interface Signer {
  /** The first digits of the SHA-256 of the public key. */
  readonly fingerprint: string
  sign(file: Uint8Array, claims: Pick<Manifest, 'video' | 'kind' | 'origin'>): Uint8Array
}

const GENERATOR = `aozora/${VERSION}`

const sealSchema = z.object({ manifest: z.string(), signature: z.string(), public_key: z.string() })

const manifestSchema = z.object({
  generated: z.literal(true),
  generator: z.string(),
  created: z.string(),
  video: z.string(),
  kind: z.string(),
  origin: z.unknown(),
  sha256: z.string(),
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const publicBytes = (key: KeyObject) => key.export({ format: 'der', type: 'spki' })

const fingerprintOf = (publicKey: Uint8Array) => sha256(publicKey).slice(0, 32)

/** Reads the signing key of a server out of its database; the first who asks makes it. */
async function readKey({ all }: Database): Promise<KeyObject> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  await all(
    "INSERT INTO settings (name, value) VALUES ('signing_key', ?) ON CONFLICT (name) DO NOTHING RETURNING name",
    pem,
  )
  const [{ value }] = await all<{ value: string }>("SELECT value FROM settings WHERE name = 'signing_key'")
  return createPrivateKey(value)
}

/** The signer of a server: all its workers share one key. */
export async function openSigner(database: Database): Promise<Signer> {
  const key = await readKey(database)
  const publicKey = publicBytes(createPublicKey(key))
  return {
    fingerprint: fingerprintOf(publicKey),
    sign(file, claims) {
      const manifest: Manifest = {
        generated: true,
        generator: GENERATOR,
        created: new Date().toISOString(),
        ...claims,
        sha256: sha256(file),
      }
      const text = JSON.stringify(manifest)
      const signature = sign(null, Buffer.from(text), key).toString('base64')
      const seal = { manifest: text, signature, public_key: publicKey.toString('base64') }
      return putManifest(file, Buffer.from(JSON.stringify(seal)))
    },
  }
}

/** What a file says of itself, and whether that can be believed. */
export type Verdict =
  | { readonly state: 'unsigned' }
  | { readonly state: 'invalid'; readonly reason: string }
  | { readonly state: 'changed'; readonly manifest: Manifest; readonly fingerprint: string }
  | { readonly state: 'signed'; readonly manifest: Manifest; readonly fingerprint: string }

/**
 * Checks the signature inside a file. Whose key it is, only a comparison of the fingerprint can tell.
 * @throws RangeError when it is no MP4, JPEG or WebP file.
 */
export function verifyFile(file: Uint8Array): Verdict {
  const { content, manifest: bytes } = takeManifest(file)
  if (!bytes) return { state: 'unsigned' }
  try {
    const seal = sealSchema.parse(JSON.parse(Buffer.from(bytes).toString()))
    const der = Buffer.from(seal.public_key, 'base64')
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const isRight = verify(null, Buffer.from(seal.manifest), key, Buffer.from(seal.signature, 'base64'))
    if (!isRight) return { state: 'invalid', reason: 'the signature does not belong to the manifest' }
    const manifest = manifestSchema.parse(JSON.parse(seal.manifest))
    const fingerprint = fingerprintOf(der)
    return { state: manifest.sha256 === sha256(content) ? 'signed' : 'changed', manifest, fingerprint }
  } catch {
    return { state: 'invalid', reason: 'the manifest is damaged' }
  }
}
