import { chooseGrid, decodeUpload, UploadError } from '../../media/index.ts'
import type { UploadRequest } from './decoder.ts'

// A process of its own for what others send: it can crash, run wild or be killed, and nobody else minds.

process.on('message', async ({ own, wanted, ...request }: UploadRequest) => {
  try {
    const decoded = await decodeUpload(request, original => chooseGrid(own, wanted ?? original))
    process.send!({ decoded })
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    process.send!({ reason: error instanceof UploadError ? reason : `it cannot be decoded (${reason})` })
  }
})
process.on('disconnect', () => process.exit())
