import { checkAttached } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { STREAMS, uniform } from '../runtime/random.js';
import { inStretches } from '../runtime/turn.js';

/**
 * What sampled moments remember of the views they were estimated from: all views of some samples, a uniformly random subset,
 * from which standard errors are computed.
 */
export interface DrawnViews {
  /** m, the views drawn for each sample. */
  readonly samples: number;
  /** Views of the kept samples, m rows after m rows: (K·m)×d, float32 where such numbers fit. */
  readonly views: Matrix;
  /** The kept samples themselves, K×d_in. */
  readonly inputs: Matrix;
  /** Their indices in the random stream. */
  readonly indices: Float64Array;
}

/** Where a shard may begin: its indices, further on, are whole numbers then. */
export const LAST_SAMPLE = 2 ** 52;

/** Samples kept at most; each gives one degree of freedom to a variance, known to a relative √(2/512) = 6 % then. */
const MOST_KEPT = 512;
const LEAST_KEPT = 16;
/** Numbers of kept views at most, 64 MB. */
const KEPT_NUMBERS = 2 ** 24;

/** How many samples are kept, of those with m views of d numbers. */
export function keptSamples(m: number, d: number): number {
  return Math.min(MOST_KEPT, Math.max(LEAST_KEPT, Math.floor(KEPT_NUMBERS / (m * d))));
}

/** A sample's rank among all: the lowest ones are kept, so that every subset of the samples agrees with every other. */
function rank(index: number): number {
  return uniform(0, index, STREAMS.kept, RANK)[0] as number;
}

const RANK = new Float64Array(1);

/** Samples whose ranks take about a millisecond. */
const ROWS_SEEN = 2 ** 12;

interface Candidate {
  rank: number;
  index: number;
  row: Float64Array;
}

/** The samples of lowest rank of those it has seen. */
export class Keeper {
  readonly #most: number;
  #candidates: Candidate[] = [];
  /** Rank below which a sample may still be among the lowest. */
  #limit = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
  }

  see(x: Matrix, firstIndex: number): Promise<void> {
    return inStretches(x.rows, ROWS_SEEN, (from, to) => {
      checkAttached('source', x);
      for (let i = from; i < to; i++) this.#see(x, i, firstIndex + i);
    });
  }

  #see(x: Matrix, row: number, index: number): void {
    const own = rank(index);
    if (own >= this.#limit) return;
    this.#candidates.push({ rank: own, index, row: Float64Array.from(x.row(row)) });
    if (this.#candidates.length === 2 * this.#most) this.#prune();
  }

  kept(): { inputs: Matrix; indices: Float64Array } {
    this.#prune();
    const cols = this.#candidates[0]?.row.length ?? 0;
    const inputs = new Matrix(this.#candidates.length, cols);
    this.#candidates.forEach(({ row }, i) => {
      inputs.data.set(row, i * cols);
    });
    return { inputs, indices: Float64Array.from(this.#candidates, ({ index }) => index) };
  }

  #prune(): void {
    this.#candidates = lowest(this.#candidates, this.#most);
    if (this.#candidates.length === this.#most) this.#limit = (this.#candidates.at(-1) as Candidate).rank;
  }
}

function lowest<T extends { rank: number; index: number }>(candidates: readonly T[], most: number): T[] {
  return [...candidates].sort((a, b) => a.rank - b.rank || a.index - b.index).slice(0, most);
}

/** Of two subsets of lowest rank that of both samples together. */
export function mergeDrawn(a: DrawnViews, b: DrawnViews): DrawnViews {
  const most = keptSamples(a.samples, a.views.cols);
  const all = [a, b].flatMap((from) =>
    Array.from(from.indices, (index, at) => ({ rank: rank(index), index, from, at })),
  );
  const chosen = lowest(all, most);
  const { samples } = a;
  const d = a.views.cols;
  // Doubles where one of the two needs them.
  const wide = [a, b].some((from) => from.views.data instanceof Float64Array);
  const Numbers = wide ? Float64Array : Float32Array;
  const views = new Matrix(chosen.length * samples, d, new Numbers(chosen.length * samples * d));
  const inputs = new Matrix(chosen.length, a.inputs.cols);
  chosen.forEach(({ from, at }, i) => {
    const size = samples * d;
    views.data.set(from.views.data.subarray(at * size, (at + 1) * size), i * size);
    inputs.data.set(from.inputs.row(at), i * inputs.cols);
  });
  return { samples, views, inputs, indices: Float64Array.from(chosen, ({ index }) => index) };
}
