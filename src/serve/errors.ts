/** HTTP statuses that a client is told of, and the type that OpenAI's clients read beside each. */
const types = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'invalid_request_error',
  409: 'conflict_error',
  413: 'invalid_request_error',
  416: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  500: 'server_error',
  503: 'server_error',
} as const

/** What a client is told when its request cannot be served, in the shape that OpenAI's clients read. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: keyof typeof types
  readonly code: string
  /** The field of the request that is wrong. */
  readonly param: string | null
  /** Sent with the answer: `retry-after`, `x-should-retry`. */
  readonly headers: Readonly<Record<string, string>>

  /** @param message one sentence that says what is wrong and what would be right */
  constructor(
    status: ApiError['status'],
    code: string,
    message: string,
    param: string | null = null,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.param = param
    this.headers = headers
  }

  /** The body of the answer. */
  toJSON() {
    return {
      error: { message: this.message, type: types[this.status], param: this.param, code: this.code },
    }
  }
}

/** Whether an error says that the disk is full, in words of the system, SQLite or PostgreSQL. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL', '53100'].includes(code)
}
