/** The hosts of Fatture in Cloud itself, which say nothing about a project. Pure. */

export function isFicHost(host: string): boolean {
  return /^(?:[a-z\d-]+\.)?fattureincloud\.it$/i.test(host)
}
