import { setImmediate as nextTurn } from 'node:timers/promises';

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

/** Calls work(from, to) for stretches of [0, end), the event loop turning between them. */
export async function inStretches(
  end: number,
  stretch: number,
  work: (from: number, to: number) => void,
): Promise<void> {
  for (let from = 0; from < end; from += stretch) {
    if (from > 0) await nextTurn();
    work(from, Math.min(end, from + stretch));
  }
}

/** How many rows of so many numbers make about a millisecond or two of plain arithmetic. */
export function rowsAtOnce(cols: number): number {
  return Math.max(1, Math.floor(2 ** 19 / Math.max(1, cols)));
}

/** What is awaited, or a rejection with the signal's reason as soon as it is aborted; what is awaited then goes on unheeded. */
export async function untilAborted<T>(awaited: T | PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return awaited;
  signal.throwIfAborted();
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([awaited, aborted]);
  } finally {
    signal.removeEventListener('abort', leave as () => void);
  }
}
