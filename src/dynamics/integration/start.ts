/** Where trajectories start: at given states, or at random ones. */
import { describe, EigenviewError } from '../../errors.js';
import { checkInteger, checkNumber, checkOptions, checkSeed } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { normal, STREAMS } from '../../runtime/random.js';
import { inStretches } from '../../runtime/turn.js';
import type { RandomStart } from '../flow.js';
import type { Layout } from '../flows/layout.js';
import { statesAtOnce } from '../flows/stack.js';
import { checkState } from '../flows/state.js';

/** Makes the starts once the natural amplitude is known; what the caller passed has been copied already. */
export type Starts = (amplitude: number) => Promise<Matrix[]>;

export function readStart(start: unknown, layout: Layout, nonNegative: boolean): Starts {
  if (start instanceof Matrix) {
    const state = checkState('start', start, layout, nonNegative);
    return async () => [state];
  }
  const random = readRandom('start', start, ['seed', 'scale']);
  return randomStarts(random, 1, layout, nonNegative);
}

export function readStarts(starts: unknown, layout: Layout, nonNegative: boolean): Starts {
  if (Array.isArray(starts)) {
    if (starts.length === 0) {
      throw new EigenviewError('EMPTY', 'There is nowhere to start.', {
        argument: 'starts',
        expected: 'at least one state',
      });
    }
    const states = starts.map((start: unknown, i) => checkState(`starts[${i}]`, start, layout, nonNegative));
    return async () => states;
  }
  const random = readRandom('starts', starts, ['seed', 'scale', 'count']);
  const { count } = starts as { count?: unknown };
  checkInteger('starts.count', count, { min: 1, max: 2 ** 31 - 1 });
  return randomStarts(random, count, layout, nonNegative);
}

function readRandom(argument: string, value: unknown, known: readonly string[]): RandomStart {
  if (typeof value !== 'object' || value === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A trajectory starts at a state or at random.', {
      argument,
      expected: `a Matrix${known.includes('count') ? ' for each' : ''} or { ${known.join(', ')} }`,
      received: describe(value),
    });
  }
  checkOptions(`a random ${argument}`, value, known);
  const { seed, scale } = value as Partial<Record<'seed' | 'scale', unknown>>;
  checkSeed(`${argument}.seed`, seed);
  if (scale === undefined) return { seed };
  checkNumber(`${argument}.scale`, scale, { min: 0 });
  return { seed, scale };
}

/**
 * The state, and beside it normals of a size: those of one random start and of one round, that no other start and no other round
 * has, nor the start itself.
 */
export function nudged(
  { rows, cols, data }: Matrix,
  seed: number,
  start: number,
  round: number,
  size: number,
  nonNegative: boolean,
): Matrix {
  const drawn = normal(seed, start, STREAMS.start, new Float64Array((round + 1) * data.length));
  const z = drawn.subarray(round * data.length);
  const moved = Float64Array.from(data, (x, j) => {
    const step = size * (z[j] as number);
    return x + (nonNegative ? Math.abs(step) : step);
  });
  return new Matrix(rows, cols, moved);
}

/** Start i is sample i of the seed: the same whatever others there are. */
function randomStarts({ seed, scale }: RandomStart, count: number, layout: Layout, nonNegative: boolean): Starts {
  const { k, columns } = layout;
  return async (amplitude) => {
    const states: Matrix[] = [];
    // A normal takes some 50 ns, ten times as long as moving a number.
    await inStretches(count, Math.ceil(statesAtOnce(k * columns) / 10), (from, to) => {
      for (let i = from; i < to; i++) {
        const z = normal(seed, i, STREAMS.start, new Float64Array(k * columns));
        const entries = z.map((x) => (scale ?? amplitude) * (nonNegative ? Math.abs(x) : x));
        states.push(new Matrix(k, columns, entries));
      }
    });
    return states;
  };
}
