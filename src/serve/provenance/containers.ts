// Where a signed manifest lies inside a file, by format: always in a place that players and viewers pass over.
// MP4: a `uuid` box at the end (ISO 14496-12, 11.1). JPEG: an APP11 segment behind the first marker. WebP: a chunk at the end.

const BOX_ID = Buffer.from('616f7a6f72612d7369676e65642d7631', 'hex') // "aozora-signed-v1"
const SEGMENT_NAME = Buffer.from('aozora-signed\0')
const CHUNK_NAME = 'AZRA'
const APP11 = 0xeb
const LARGEST_SEGMENT = 65_533

/** A file without its manifest, and the manifest. */
export interface Parts {
  readonly content: Uint8Array
  readonly manifest?: Uint8Array
}

interface Container {
  readonly isOne: (file: Buffer) => boolean
  readonly put: (file: Buffer, manifest: Uint8Array) => Buffer
  readonly take: (file: Buffer) => Parts
}

const mp4: Container = {
  isOne: file => file.toString('latin1', 4, 8) === 'ftyp',
  put(file, manifest) {
    const header = Buffer.alloc(8)
    header.writeUInt32BE(8 + BOX_ID.length + manifest.length)
    header.write('uuid', 4, 'latin1')
    return Buffer.concat([file, header, BOX_ID, manifest])
  },
  take(file) {
    for (let at = 0; at + 8 <= file.length; ) {
      const short = file.readUInt32BE(at)
      // A length of 1 says that the real one follows in 64 bits; 0 that the box goes on to the end.
      const long = short === 1 && at + 16 <= file.length ? Number(file.readBigUInt64BE(at + 8)) : short
      const length = long === 0 ? file.length - at : long
      if (length < 8 || at + length > file.length) break
      const isOurs =
        file.toString('latin1', at + 4, at + 8) === 'uuid' && file.subarray(at + 8, at + 24).equals(BOX_ID)
      if (isOurs) {
        const content = Buffer.concat([file.subarray(0, at), file.subarray(at + length)])
        return { content, manifest: file.subarray(at + 24, at + length) }
      }
      at += length
    }
    return { content: file }
  },
}

const jpeg: Container = {
  isOne: file => file.readUInt16BE(0) === 0xffd8,
  put(file, manifest) {
    const length = 2 + SEGMENT_NAME.length + manifest.length
    if (length > LARGEST_SEGMENT) throw new RangeError(`a manifest of ${manifest.length} bytes does not fit`)
    const header = Buffer.from([0xff, APP11, length >> 8, length & 255])
    return Buffer.concat([file.subarray(0, 2), header, SEGMENT_NAME, manifest, file.subarray(2)])
  },
  take(file) {
    for (let at = 2; at + 4 <= file.length && file[at] === 0xff && file[at + 1] !== 0xda; ) {
      const end = at + 2 + file.readUInt16BE(at + 2)
      const start = at + 4 + SEGMENT_NAME.length
      if (file[at + 1] === APP11 && file.subarray(at + 4, start).equals(SEGMENT_NAME) && end <= file.length) {
        const content = Buffer.concat([file.subarray(0, at), file.subarray(end)])
        return { content, manifest: file.subarray(start, end) }
      }
      at = end
    }
    return { content: file }
  },
}

/** RIFF says its length in front: everything behind the first 8 bytes. */
function withRiffLength(parts: readonly Uint8Array[]): Buffer {
  const file = Buffer.concat(parts)
  file.writeUInt32LE(file.length - 8, 4)
  return file
}

const webp: Container = {
  isOne: file => file.toString('latin1', 0, 4) === 'RIFF' && file.toString('latin1', 8, 12) === 'WEBP',
  put(file, manifest) {
    const header = Buffer.alloc(8)
    header.write(CHUNK_NAME, 'latin1')
    header.writeUInt32LE(manifest.length, 4)
    return withRiffLength([file, header, manifest, Buffer.alloc(manifest.length % 2)])
  },
  take(file) {
    for (let at = 12; at + 8 <= file.length; ) {
      const length = file.readUInt32LE(at + 4)
      const end = at + 8 + length + (length % 2)
      if (file.toString('latin1', at, at + 4) === CHUNK_NAME && end <= file.length) {
        const content = withRiffLength([file.subarray(0, at), file.subarray(end)])
        return { content, manifest: file.subarray(at + 8, at + 8 + length) }
      }
      at = end
    }
    return { content: file }
  },
}

function containerOf(file: Buffer): Container {
  const container = file.length >= 16 ? [mp4, jpeg, webp].find(({ isOne }) => isOne(file)) : undefined
  if (!container) throw new RangeError('it is no MP4, JPEG or WebP file')
  return container
}

const toBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Puts a manifest into a file that has none. */
export function putManifest(bytes: Uint8Array, manifest: Uint8Array): Uint8Array {
  const file = toBuffer(bytes)
  return containerOf(file).put(file, manifest)
}

/**
 * Takes the manifest out of a file.
 * @throws RangeError when it is no MP4, JPEG or WebP file.
 */
export function takeManifest(bytes: Uint8Array): Parts {
  const file = toBuffer(bytes)
  return containerOf(file).take(file)
}
