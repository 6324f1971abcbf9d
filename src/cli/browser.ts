/** Opens a page in the person's browser, where there is one. */

/** Never fails: the link was printed as well. */
export async function openInBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import('open')
    const child = await open(url)
    child.on('error', () => {})
    child.unref()
  } catch {
    // No browser, no desktop: the printed link is what is left.
  }
}
