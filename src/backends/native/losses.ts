import { notFinite } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import { STREAMS } from '../../runtime/random.js';
import { turnHasTime } from '../../runtime/turn.js';
import {
  checkOverflow,
  constantColumnError,
  type DifferentiatedBatch,
  type LossControl,
  type LossesBackend,
  lossOverflowError,
  zeroRowError,
} from '../losses.js';
import { cancellable } from './cancel.js';
import { blame, facts, translate } from './failure.js';
import { seedWords } from './seed.js';

/** One native call: what it takes behind the batches, and roughly what it costs in multiply-adds. */
interface Call {
  control: LossControl;
  name: string;
  batches: readonly DifferentiatedBatch[];
  args: unknown[];
  cost: number;
}

/** Above this, a few milliseconds on one core, a call that is alone uses all threads; no bit depends on it. */
const LARGE = 5e7;

/** Below this, some 50 µs of work, the way to another thread and back would cost as much as the call itself. */
const SMALL = 5e5;

/** What an exponential, or sine and cosine, costs beside a multiply-add. */
const ELEMENTARY = 20;

export const losses: LossesBackend = {
  async vicreg(control, batches, { invariance, variance, covariance, gamma, epsilon }) {
    const { rows, cols } = shapeOf(batches);
    const cost = batches.length * 2 * rows * cols * (cols + 4);
    const args = [invariance, variance, covariance, gamma, epsilon];
    const [mean = 0, ...each] = await perform({ control, name: 'vicreg', batches, args, cost });
    const { length } = batches;
    return { invariance: mean, variance: each.slice(0, length), covariance: each.slice(length) };
  },

  async barlowTwins(control, batches, { onDiagonal, offDiagonal, epsilon, ddof }) {
    const { rows, cols } = shapeOf(batches);
    const cost = 3 * rows * cols * (cols + 4);
    const args = [onDiagonal, offDiagonal, epsilon, ddof];
    const [on = 0, off = 0] = await perform({ control, name: 'barlowTwins', batches, args, cost });
    return { onDiagonal: on, offDiagonal: off };
  },

  async simclr(control, batches, temperature) {
    const { rows, cols } = shapeOf(batches);
    const cost = (2 * rows) ** 2 * (2 * cols + ELEMENTARY);
    const args = [temperature];
    const [alignment = 0, uniformity = 0] = await perform({ control, name: 'simclr', batches, args, cost });
    return { alignment, uniformity };
  },

  async sigreg(control, batches, { directions, knots, tMax, sigreg, invariance }) {
    const { rows, cols } = shapeOf(batches);
    const given = directions instanceof Matrix;
    const count = given ? directions.rows : directions.count;
    const cost = batches.length * rows * count * (2 * cols + 2 * ELEMENTARY + 10 * knots);
    const drawn = given ? [directions.data, count] : [...seedWords(directions.seed), STREAMS.directions, count];
    const args = [knots, tMax, sigreg, invariance, ...drawn];
    const [statistic = 0, spread = 0] = await perform({ control, name: 'sigreg', batches, args, cost });
    return { sigreg: statistic, invariance: spread };
  },
};

function shapeOf(batches: readonly DifferentiatedBatch[]): { rows: number; cols: number } {
  return (batches[0] as DifferentiatedBatch).matrix;
}

/** Terms in the order of native/core/losses. */
async function perform(call: Call): Promise<number[]> {
  const { batches, control } = call;
  const { signal, operation } = control;
  signal?.throwIfAborted();
  const site = new Error();
  const { rows, cols } = shapeOf(batches);
  const gradients = batches.map(({ gradient }) => gradient.data);
  const share = call.cost > LARGE ? 'all-if-idle' : 'one';
  try {
    const here = call.cost < SMALL && lane.free('one') && turnHasTime();
    // The addon copies its input when the job starts; a job that has to wait copies it now.
    const inputs = batches.map(({ matrix: { data } }) => (here || lane.free(share) ? data : data.slice()));
    const start = (name: string, threads: number, cancelled?: Int32Array) => {
      const run = loadAddon()[name] as NativeFunction;
      return run(threads, inputs, rows, cols, gradients, cancelled, ...call.args) as Float64Array;
    };
    const job = (granted: number) =>
      cancellable(signal, async (cancelled) => start(`${call.name}Async`, granted, cancelled));
    const found = here ? start(call.name, 1) : await lane.run(share, job, signal);
    signal?.throwIfAborted();
    checkOverflow(operation, found);
    return Array.from(found);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw blame(site, translated(call, error));
  }
}

/** What the numbers of the batches revealed, in the words of the argument they came in. */
function translated({ control: { operation, signal }, batches }: Call, error: unknown): unknown {
  const { code, at, column, value } = facts(error);
  if (code === 'NOT_FINITE' || code === 'OUT_OF_RANGE') {
    if (at === undefined) return lossOverflowError(operation);
    const { rows } = shapeOf(batches);
    const { argument } = batches[Math.floor(at / rows)] as DifferentiatedBatch;
    if (code === 'NOT_FINITE') return notFinite(argument, at % rows, column as number, value as number);
    return column === undefined
      ? zeroRowError(operation, argument, at % rows)
      : constantColumnError(operation, argument, column);
  }
  return translate(operation, error, signal);
}
