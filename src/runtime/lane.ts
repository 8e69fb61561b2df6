import { poolSize, threads } from './threads.js';

/**
 * How much of the lane a job takes.
 * - `one`: one slot, one thread; other jobs run beside it.
 * - `all`: the whole lane and all threads; waits until it is alone.
 * - `all-if-idle`: `all` when nothing else runs or waits at its start, else `one`. For large LAPACK calls, which gain
 *   from threads when alone but lose a factor when several of them contend.
 */
export type Share = 'one' | 'all' | 'all-if-idle';

interface Waiting {
  share: Share;
  signal: AbortSignal | undefined;
  start(threads: number): void;
  /** Rejects without having started. */
  leave(reason: unknown): void;
}

/**
 * The queue in front of libuv's thread pool, first come first served. It keeps one pool thread free for the file system
 * and the network, and never lets multi-threaded work run beside other work.
 */
export class Lane {
  #waiting: Waiting[] = [];
  #watched = new Map<AbortSignal, () => void>();
  #running = 0;
  #exclusive = false;

  /** Jobs that may run side by side. */
  get width(): number {
    return Math.max(1, Math.min(threads(), poolSize() - 1));
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether a job of this share would start at once; if not, its inputs must be copied to survive the wait. */
  free(share: Share): boolean {
    return this.#waiting.length === 0 && this.#admits(share);
  }

  /**
   * Runs a job in its turn; it is told how many threads it may use. Rejects with the signal's reason, without running it,
   * when aborted while waiting; a running job has to watch the signal itself.
   */
  run<T>(share: Share, job: (threads: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise<T>((resolve, reject) => {
      // Throws on a bad EIGENVIEW_THREADS: here, before this job could block those behind it.
      threads();
      const start = (granted: number) => {
        this.#perform(job, granted).then(resolve, reject);
      };
      this.#waiting.push({ share, start, leave: reject, signal });
      this.#advance();
      if (signal !== undefined && this.#waits(signal)) this.#watch(signal);
    });
  }

  #waits(signal: AbortSignal): boolean {
    return this.#waiting.some((entry) => entry.signal === signal);
  }

  /** One listener a signal, however many jobs wait under it; it stays as long as one does. */
  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return;
    const leave = () => {
      this.#watched.delete(signal);
      const leaving = this.#waiting.filter((entry) => entry.signal === signal);
      this.#waiting = this.#waiting.filter((entry) => entry.signal !== signal);
      for (const entry of leaving) entry.leave(signal.reason);
      this.#advance();
    };
    this.#watched.set(signal, leave);
    signal.addEventListener('abort', leave, { once: true });
  }

  #unwatch(signal: AbortSignal): void {
    const leave = this.#watched.get(signal);
    if (leave === undefined || this.#waits(signal)) return;
    signal.removeEventListener('abort', leave);
    this.#watched.delete(signal);
  }

  #advance(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#admits(next.share); next = this.#waiting[0]) {
      this.#waiting.shift();
      if (next.signal !== undefined) this.#unwatch(next.signal);
      const alone = this.#running === 0 && this.#waiting.length === 0;
      const whole = next.share === 'all' || (next.share === 'all-if-idle' && alone);
      this.#running++;
      this.#exclusive = whole;
      next.start(whole ? threads() : 1);
    }
  }

  #admits(share: Share): boolean {
    if (this.#exclusive) return false;
    return share === 'all' ? this.#running === 0 : this.#running < this.width;
  }

  async #perform<T>(job: (threads: number) => Promise<T>, granted: number): Promise<T> {
    try {
      return await job(granted);
    } finally {
      this.#running--;
      this.#exclusive = false;
      this.#advance();
    }
  }
}

/** The lane of this thread. */
export const lane = new Lane();
