export { isPublicAddress } from './addresses.ts'
export { type Decoded, type DecodeLimits, type DecodeRequest, UploadError } from './decode.ts'
export { createDecoder, type Decoder } from './decoder.ts'
export { fetchPicture } from './fetchPicture.ts'
