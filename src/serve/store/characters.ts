import type { Database } from './database.ts'

/** A subject that was shown in a clip; the clip lies in the file store as `source`. */
export interface Character {
  readonly id: string
  readonly name: string
  /** Unix seconds. */
  readonly createdAt: number
}

/** The characters that were registered. */
export interface Characters {
  create(id: string, owner: string, name: string): Promise<Character>
  get(id: string, owner: string): Promise<Character | undefined>
  /** How many an owner has. */
  count(owner: string): Promise<number>
  remove(id: string, owner: string): Promise<boolean>
}

interface Row {
  readonly id: string
  readonly name: string
  readonly created_at: number
}

const toCharacter = ({ id, name, created_at }: Row): Character => ({ id, name, createdAt: created_at })

/** The characters in a database. */
export function keepCharacters({ all, now }: Database): Characters {
  return {
    async create(id, owner, name) {
      const [row] = await all<Row>(
        `INSERT INTO characters (id, owner, name, created_at) VALUES (?, ?, ?, ${now}) RETURNING *`,
        id,
        owner,
        name,
      )
      return toCharacter(row)
    },
    async get(id, owner) {
      const [row] = await all<Row>('SELECT * FROM characters WHERE id = ? AND owner = ?', id, owner)
      return row && toCharacter(row)
    },
    async count(owner) {
      const [{ n }] = await all<{ n: number }>('SELECT COUNT(*) AS n FROM characters WHERE owner = ?', owner)
      return n
    },
    async remove(id, owner) {
      const rows = await all('DELETE FROM characters WHERE id = ? AND owner = ? RETURNING id', id, owner)
      return rows.length > 0
    },
  }
}
