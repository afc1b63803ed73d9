/** What a statement can be given. */
export type Value = string | number | null

/** Runs one statement; `?` stands for each value in order. */
export type Query = <Row = Record<string, unknown>>(sql: string, ...values: Value[]) => Promise<Row[]>

/**
 * The two databases behind one door. Statements are written once, in the SQL that both understand; what they do not
 * share is said here.
 */
export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  /** Unix seconds by the database's clock, as SQL: machines that share a database need not agree about the time. */
  readonly now: string
  /** Behind a SELECT that takes a row for itself: others pass over it instead of waiting. */
  readonly skipLocked: (table: string) => string
  /** Behind a SELECT that others must wait for. */
  readonly forUpdate: string
  readonly all: Query
  /** All statements of `run` or none of them; in SQLite no other statement of this process in between. */
  transaction<Result>(run: (all: Query) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}
