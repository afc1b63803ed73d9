import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadPhysics, mainAction } from '../world/index.ts'
import { countObedience, filmHeldOut, measurePsnr, scoreFilm } from './index.ts'

before(loadPhysics)

const share = ({ right, of }: { right: number; of: number }) => right / of

test('the script sees what is true in true clips, and not what other captions say', () => {
  const films = filmHeldOut(100, { frameCount: 33 })
  const truth = countObedience(films.map(film => scoreFilm(film, film.attributes)))
  assert.ok(truth.direction.of >= 25, `only ${truth.direction.of} films have a single moving body`)
  assert.ok(share(truth.colour) >= 0.97, `colour ${share(truth.colour)}`)
  assert.ok(share(truth.direction) >= 0.97, `direction ${share(truth.direction)}`)
  assert.ok(share(truth.action) >= 0.9, `action ${share(truth.action)}`)

  // Captions of other films, by a shift that no film survives with its own.
  const shuffled = countObedience(
    films.map((film, i) => scoreFilm(film, films[(i + 37) % films.length].attributes)),
  )
  assert.ok(share(shuffled.colour) <= 0.3, `shuffled colour ${share(shuffled.colour)}`)
  assert.ok(share(shuffled.direction) <= 0.3, `shuffled direction ${share(shuffled.direction)}`)
})

test('a direction is not seen in a film run backwards, nor a colour in grey, smeared or scattered films', () => {
  const [film] = filmHeldOut(10).filter(
    ({ attributes: { bodies } }) => bodies.length === 1 && mainAction(bodies[0]) === 'left',
  )
  assert.deepEqual(
    { colour: true, seen: 'left', action: true, direction: true },
    scoreFilm(film, film.attributes),
  )
  const bytes = film.width * film.height * 3
  const backwards = new Uint8Array(film.frames.length)
  for (let i = 0; i < film.frameCount; i++) {
    backwards.set(film.frames.subarray(i * bytes, (i + 1) * bytes), (film.frameCount - 1 - i) * bytes)
  }
  assert.equal(scoreFilm({ ...film, frames: backwards }, film.attributes).direction, false)
  const grey = film.frames.map((_, i) => film.frames[i - (i % 3)])
  assert.equal(scoreFilm({ ...film, frames: grey }, film.attributes).colour, false)
  // Every second column from a film of floor alone: the colour is there, but in pieces.
  const pieces = film.frames.map((value, i) => ((Math.floor(i / 3) % film.width) % 2 === 0 ? 128 : value))
  assert.equal(scoreFilm({ ...film, frames: pieces }, film.attributes).colour, false)
})

test('psnr', () => {
  assert.ok(Math.abs(measurePsnr(Uint8Array.of(0, 0, 0), Uint8Array.of(255, 255, 255))) < 1e-12)
  const masked = measurePsnr(
    Uint8Array.of(9, 9, 9, 1, 1, 1),
    Uint8Array.of(0, 0, 0, 2, 2, 2),
    Uint8Array.of(0, 1),
  )
  assert.ok(Math.abs(masked - 20 * Math.log10(255)) < 1e-9)
  assert.throws(() => measurePsnr(new Uint8Array(3), new Uint8Array(6)), /got 3 and 6/)
})
