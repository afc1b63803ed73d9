/** What a client is told when its request cannot be served, in the shape that OpenAI's clients read. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: 400 | 401 | 404 | 409 | 413 | 500
  readonly code: string
  /** The field of the request that is wrong. */
  readonly param: string | null

  /** @param message one sentence that says what is wrong and what would be right */
  constructor(status: ApiError['status'], code: string, message: string, param: string | null = null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.param = param
  }

  /** The body of the answer. */
  toJSON() {
    const type = this.status === 500 ? 'server_error' : 'invalid_request_error'
    return { error: { message: this.message, type, param: this.param, code: this.code } }
  }
}
