import type { DecodeLimits, Size } from '../../media/index.ts'
import type { FewStepsConfig } from '../../sample/index.ts'
import type { Moderation } from '../moderation.ts'
import type { Stores } from '../store/index.ts'
import type { Limits } from '../store/jobs.ts'
import type { ApiKey } from '../store/keys.ts'
import type { Decoder } from '../uploads/index.ts'
import type { BodyLimits } from '../wire/body.ts'
import type { Metrics } from './metrics.ts'

/** What the routes work with. */
export interface Server {
  readonly stores: Stores
  readonly decoder: Decoder
  readonly moderation: Moderation
  readonly metrics: Metrics
  /** The model's own shape and rate, to which uploads are brought. */
  readonly model: {
    readonly name: string
    readonly size: Size
    readonly fps: number
    /** What `fast` means; absent where the model has not learned it. */
    readonly fewSteps?: FewStepsConfig
  }
  /** Limits of owners who have none of their own. */
  readonly limits: Limits
  readonly uploads: DecodeLimits & BodyLimits
  /** Whether pictures are fetched from public addresses. */
  readonly fetchImages: boolean
  /** Whether only this machine is served: then a request must also be meant for it. */
  readonly isLoopback: boolean
  /** Whether each request needs a key even before there is one. */
  readonly needsKey: boolean
  readonly log: (line: object) => void
  /** Aborts when the server ends: streams that wait end too. */
  readonly signal: AbortSignal
}

/** What is known of a request once it was let in. */
export interface Env {
  Variables: {
    readonly requestId: string
    /** Id of the API key, or `local`. */
    readonly owner: string
    readonly key: ApiKey | undefined
  }
}
