/** Sharing the one JavaScript thread: work that lets the event loop turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of work between two turns of the event loop, in milliseconds. */
const STRETCH = 4;

/** Waits one turn of the event loop; rejects with the signal's reason when it has been aborted by then. */
export async function turn(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  signal?.throwIfAborted();
}

/** Says when a long computation should pause, and pauses it. */
export class Pace {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  due(): boolean {
    return performance.now() - this.#since > STRETCH;
  }

  async pause(): Promise<void> {
    await turn(this.#signal);
    this.#since = performance.now();
  }
}
