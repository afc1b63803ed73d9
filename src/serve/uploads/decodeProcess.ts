import { type DecodeRequest, decodeUpload, UploadError } from './decode.ts'

// A process of its own for what others send: it can crash, run wild or be killed, and nobody else minds.

process.on('message', async (request: DecodeRequest) => {
  try {
    process.send!({ decoded: await decodeUpload(request) })
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    process.send!({ reason: error instanceof UploadError ? reason : `it cannot be decoded (${reason})` })
  }
})
process.on('disconnect', () => process.exit())
