/** How long work done in place may hold one turn of the event loop, in milliseconds. */
const STRETCH = 4;

/** When this turn first did work in place. */
let since: number | undefined;

/**
 * Whether work of a fraction of a millisecond may be done in place. A loop over `await` never turns the event loop by
 * itself: once this turn has had its share of such work, the answer is no, and the work must go where the loop turns.
 */
export function turnHasTime(): boolean {
  if (since === undefined) {
    since = performance.now();
    setImmediate(() => {
      since = undefined;
    });
  }
  return performance.now() - since < STRETCH;
}
