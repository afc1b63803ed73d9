/** The page of an endless film: its pictures, and a text field for what happens next. Needs nothing from elsewhere. */
export function livePage({ width, height }: { readonly width: number; readonly height: number }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Aozora live</title>
<style>
:root { color-scheme: light dark; --paper: #fbfbfa; --ink: #1d2126; --pale: #6a727c; --line: #c9cdd2 }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e4e7ea; --pale: #98a1ab; --line: #3a4148 } }
body { margin: 0 auto; padding: 1rem; max-width: 40rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
img { display: block; width: 100%; max-height: 75vh; object-fit: contain; aspect-ratio: ${width} / ${height}; border-radius: 6px; background: var(--line) }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .8rem }
input { flex: 1 1 16rem; min-width: 0 } input, button { font: inherit; padding: .5rem .7rem; border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit }
button { cursor: pointer } p { color: var(--pale); min-height: 1.5em; margin: .5rem 0 }
</style>
<img src="stream" alt="The film">
<form>
<input name="prompt" aria-label="What happens" autocomplete="off" maxlength="2000" required>
<button>Go on so</button>
<button name="cut" value="1">New film</button>
</form>
<p role="status"></p>
<script>
const form = document.querySelector('form'), field = form.elements.prompt, status = document.querySelector('p')
fetch('prompt').then(answer => answer.json()).then(({ prompt }) => { field.value = prompt })
form.addEventListener('submit', async event => {
  event.preventDefault()
  const body = JSON.stringify({ prompt: field.value, cut: event.submitter?.name === 'cut' })
  try {
    const answer = await fetch('prompt', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { error, unknown_words } = await answer.json()
    status.textContent = error ?? (unknown_words.length ? 'Never seen: ' + unknown_words.join(', ') : '')
  } catch { status.textContent = 'The film has ended.' }
})
</script>
</html>
`
}
