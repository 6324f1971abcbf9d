/*
 * What does not wait for the page's module: light or dark before the first paint, and the questions whose answers the
 * first screen shows. They are on their way while the module is loaded and read. A file of its own, because the policy
 * forbids inline scripts.
 */
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

  /* As api.ts asks: it takes these answers where the paths are the same (a test holds that they are). */
  var query = new URLSearchParams(location.hash.split('?')[1]).get('q')
  var list = new URLSearchParams({ limit: '50' })
  if (query) list.set('q', query)
  window.firstAnswers = new Map()
  for (var path of ['/api/status', '/api/notifications?' + list]) {
    var answer = fetch(path, { headers: { accept: 'application/json' }, cache: 'no-store' })
    /* Who takes it hears of the failure; nobody else needs to. */
    answer.catch(function () {})
    window.firstAnswers.set(path, answer)
  }
})()
