export { isPublicAddress } from './addresses.ts'
export { createDecoder, type Decoder } from './decoder.ts'
export { fetchPicture } from './fetchPicture.ts'
