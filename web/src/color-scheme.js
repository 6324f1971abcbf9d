/* Sets light or dark before the first paint. A file of its own, because the policy forbids inline scripts. */
;(function () {
  var chosen = null
  try {
    chosen = localStorage.getItem('fic-dev-color-scheme')
  } catch {
    /* Storage may be switched off; then the system decides. */
  }
  if (chosen !== 'light' && chosen !== 'dark') {
    chosen = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  }
  document.documentElement.setAttribute('data-mantine-color-scheme', chosen)
})()
