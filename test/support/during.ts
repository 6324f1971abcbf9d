/** Does something again and again while other work is under way. */

/** Runs `act` at least once, and until the work has ended, one after the other. */
export async function during(work: Promise<unknown>, act: () => Promise<void>): Promise<void> {
  const isOver = work.then(() => true)
  do await act()
  while (!(await Promise.race([isOver, Promise.resolve(false)])))
}
