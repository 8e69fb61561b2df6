import { setImmediate as nextTurn } from 'node:timers/promises';
import { EigenviewError } from '../../errors.js';
import { checkAttached, notFinite } from '../../matrix/check.js';
import type { Matrix, MatrixData } from '../../matrix/matrix.js';
import type { NativeAccumulator } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import { threads } from '../../runtime/threads.js';
import { overflowError, viewsOverflowError } from '../failure.js';
import type { Control } from '../linalg.js';
import { facts, translate } from './failure.js';

/** Fills one area of an accumulator on this thread while jobs work on those filled before. */
export abstract class Accumulator<Snapshot> {
  readonly #native: NativeAccumulator<Snapshot>;
  /** Columns of x, and of noise drawn behind it. */
  readonly #dx: number;
  readonly #dz: number;
  /** The work under way. Always awaited before more is started. */
  #working: Promise<void> | undefined;

  constructor(make: () => NativeAccumulator<Snapshot>, dx: number, dz: number) {
    try {
      this.#native = make();
    } catch (error) {
      throw translate('viewMoments', error, undefined);
    }
    this.#dx = dx;
    this.#dz = dz;
  }

  async add(control: Control, x: Matrix, y: Matrix | undefined, views?: Matrix): Promise<void> {
    for (let at = 0; at < x.rows; ) {
      control.signal?.throwIfAborted();
      checkAttached('source', x);
      if (y !== undefined) checkAttached('target', y);
      at += this.#fill(x, y?.data, at, views?.data);
      if (!this.#native.full()) continue;
      await this.#turn(control);
      // Two areas are filled before there is anything to wait for; each takes some ten milliseconds.
      await nextTurn();
    }
  }

  async close(): Promise<void> {
    // Whether it failed no longer matters.
    await this.#settle().catch(() => {});
    this.#native.close();
  }

  protected async take(control: Control): Promise<Snapshot> {
    await this.#settle();
    try {
      return await lane.run('all', (threads) => this.#native.snapshot(threads), control.signal);
    } catch (error) {
      if (control.signal?.aborted) throw control.signal.reason;
      throw this.#translate(error);
    }
  }

  #fill(x: Matrix, y: MatrixData | undefined, at: number, views: MatrixData | undefined): number {
    return this.#native.fill(x.data, x.rows, y, at, views);
  }

  async #turn(control: Control): Promise<void> {
    await this.#settle();
    // At once, not when the job's turn comes: from here on rows go to the other area.
    this.#native.swap();
    this.#working = this.#workTogether(control);
    // Its failure is thrown by the next #settle; until then it must not count as unhandled.
    this.#working.catch(() => {});
  }

  /** A job for each slot of the lane: the pool's threads sit on processors of their own, new ones would have to move. */
  async #workTogether(control: Control): Promise<void> {
    const share = Math.ceil(threads() / lane.width);
    const help = () => lane.run('one', () => this.#native.help(share), control.signal);
    const outcomes = await Promise.allSettled(Array.from({ length: lane.width }, help));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (control.signal?.aborted) throw control.signal.reason;
    if (failed !== undefined) throw this.#translate(failed.reason);
    try {
      this.#native.check();
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** A failure stays for later calls too: the rows it met are in no sum. */
  async #settle(): Promise<void> {
    await this.#working;
    this.#working = undefined;
  }

  #translate(error: unknown): unknown {
    if (error instanceof EigenviewError) return error;
    const { code, value, at, column } = facts(error);
    if (code === 'OUT_OF_RANGE' && column === undefined) return viewsOverflowError();
    const inX = (column ?? 0) < this.#dx;
    const argument = inX ? 'source' : 'target';
    const local = inX ? (column ?? 0) : (column ?? 0) - this.#dx - this.#dz;
    if (code === 'NOT_FINITE') return notFinite(argument, at ?? 0, local, value ?? Number.NaN);
    if (code === 'OUT_OF_RANGE') return overflowError(argument, local);
    return translate('viewMoments', error, undefined);
  }
}
