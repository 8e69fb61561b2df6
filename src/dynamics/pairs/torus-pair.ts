import { selectBackend } from '../../backends/select.js';
import { checkBoolean, checkInteger, checkOptions } from '../../matrix/check.js';
import { Matrix } from '../../matrix/matrix.js';
import { checkCoefficients, checkNotConstant, checkPoints, checkSide, checkSize, combined } from './evaluation.js';
import { type CheckedShift, checkShift, type Phase, type TorusShift } from './torus-shift.js';
import { descending, selected } from './truth.js';
import type { PairTruth, ViewPair } from './view-pair.js';

export interface TorusPairOptions {
  /** Highest frequency along each dimension. */
  degree: number;
  /** D; default 1. */
  dimensions?: number;
  /** Distribution of δ, in radians. */
  shift: TorusShift;
  /** Takes the constant function, u₁ = 1 with s₁ = 1, out of the dictionary; default false. */
  centered?: boolean;
}

/**
 * x uniform on the torus [0, 2π)^D and y = x + δ: translations of a periodic signal. The dictionary is that of
 * Fourier: 1, √2 cos(n·x) and √2 sin(n·x) for whole frequencies n in a half space, |nᵢ| ≤ degree. With the
 * characteristic function a + ib = E exp(i n·δ), the gram has blocks [[a, b], [−b, a]]: |a + ib| are the correlations.
 * Points are angles in radians, n×D.
 *
 * Exchangeable if the shift is symmetric as far as the dictionary sees: all b are rounding. Correlations are then
 * signed.
 *
 * @throws EigenviewError `TOO_LARGE` above 4096 functions, `OUT_OF_RANGE`, `SHAPE_MISMATCH`, `INVALID_ARGUMENT`,
 * `EMPTY`
 * @example
 * ```ts
 * const pair = torusPair({ degree: 2, shift: { gaussian: 0.5 } });
 * console.log(pair.labels); // 1, cos(x), sin(x), cos(2x), sin(2x)
 * ```
 */
export function torusPair(options: TorusPairOptions): ViewPair {
  checkOptions('torusPair', options, ['degree', 'dimensions', 'shift', 'centered']);
  const { degree, dimensions = 1, centered = false } = options ?? {};
  checkInteger('degree', degree, { min: 0 });
  checkInteger('dimensions', dimensions, { min: 1, max: MOST_DIMENSIONS });
  checkBoolean('centered', centered);
  checkSize((2 * degree + 1) ** dimensions, 'Lower the degree or the number of dimensions.');
  const shift = checkShift(options.shift, dimensions);
  const frequencies = halfSpace(degree, dimensions);
  const lowest = centered ? 0 : 1;
  const count = 2 * frequencies.length + lowest;
  checkNotConstant('degree', count);
  const { phases, exchangeable } = phasesOf(shift, frequencies);
  return {
    name: `${dimensions}-dimensional torus, ${shift.name}, degree ${degree}${centered ? ', centred' : ''}`,
    gram: gramOf(phases, lowest),
    exchangeable,
    centered,
    dimensions: { x: dimensions, y: dimensions },
    truth: truthOf(phases, lowest, exchangeable),
    labels: labelsOf(frequencies, lowest),
    evaluate(coefficients, points, side = 'x') {
      checkSide(side);
      checkCoefficients(coefficients, { count, dimension: dimensions });
      checkPoints('points', points, dimensions);
      const features = (rows: Matrix) => fourier(rows, frequencies, lowest);
      return combined(coefficients, points, features, selectBackend(undefined).linalg.sync);
    },
  };
}

/** Degree 0 leaves the number of dimensions free. */
const MOST_DIMENSIONS = 4096;

/** The frequencies whose first number that is not 0 is positive, by length, then as in a dictionary. */
function halfSpace(degree: number, dimensions: number): Int32Array[] {
  const all: Int32Array[] = [];
  const frequency = new Int32Array(dimensions).fill(-degree);
  const total = (2 * degree + 1) ** dimensions;
  for (let i = 0; i < total; i++) {
    if ((frequency.find((n) => n !== 0) ?? 0) > 0) all.push(frequency.slice());
    for (let j = dimensions - 1; j >= 0; j--) {
      if (++(frequency[j] as number) <= degree) break;
      frequency[j] = -degree;
    }
  }
  const length = (n: Int32Array) => n.reduce((sum, x) => sum + x * x, 0);
  return all.sort((a, b) => length(a) - length(b));
}

/** The characteristic function at each frequency; imaginary parts that are all rounding are 0. */
function phasesOf(shift: CheckedShift, frequencies: readonly Int32Array[]): { phases: Phase[]; exchangeable: boolean } {
  const phases = frequencies.map((frequency) => shift.characteristic(frequency));
  const exchangeable = frequencies.every((n, i) => Math.abs((phases[i] as Phase).im) <= shift.rounding(n));
  return { phases: exchangeable ? phases.map(({ re }) => ({ re, im: 0 })) : phases, exchangeable };
}

function gramOf(phases: readonly Phase[], lowest: number): Matrix {
  const m = 2 * phases.length + lowest;
  const gram = new Matrix(m, m);
  if (lowest === 1) gram.data[0] = 1;
  for (const [i, { re, im }] of phases.entries()) setBlock(gram, lowest + 2 * i, re, im);
  return gram;
}

/** [[re, im], [−im, re]] at (at, at). */
function setBlock({ data, cols }: Matrix, at: number, re: number, im: number): void {
  data[at * cols + at] = re;
  data[at * cols + at + 1] = im;
  // Not −0.
  data[(at + 1) * cols + at] = 0 - im;
  data[(at + 1) * cols + at + 1] = re;
}

/** x alone has the functions of the dictionary; of y, the phase turns each pair of cosine and sine. */
function truthOf(phases: readonly Phase[], lowest: number, exchangeable: boolean): PairTruth {
  const size = ({ re, im }: Phase) => (exchangeable ? re : Math.hypot(re, im));
  const all = Float64Array.from([...new Array<number>(lowest).fill(1), ...phases.flatMap((p) => [size(p), size(p)])]);
  const order = descending(all);
  const correlations = Float64Array.from(order, (i) => all[i] as number);
  const x = selected(order);
  return { correlations, x, y: exchangeable ? x : turned(order, phases, lowest) };
}

function turned(order: readonly number[], phases: readonly Phase[], lowest: number): Matrix {
  const units = phases.map(({ re, im }) => {
    const size = Math.hypot(re, im);
    return size === 0 ? { re: 1, im: 0 } : { re: re / size, im: im / size };
  });
  const rotation = gramOf(units, lowest);
  const out = new Matrix(order.length, order.length);
  for (const [i, j] of order.entries()) out.data.set(rotation.row(j), i * order.length);
  return out;
}

function fourier(points: Matrix, frequencies: readonly Int32Array[], lowest: number): Matrix {
  const { rows, cols: dimensions, data } = points;
  const cols = 2 * frequencies.length + lowest;
  const out = new Matrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    let at = i * cols;
    if (lowest === 1) out.data[at++] = 1;
    for (const frequency of frequencies) {
      let angle = 0;
      for (let j = 0; j < dimensions; j++) angle += (frequency[j] as number) * (data[i * dimensions + j] as number);
      out.data[at++] = Math.SQRT2 * Math.cos(angle);
      out.data[at++] = Math.SQRT2 * Math.sin(angle);
    }
  }
  return out;
}

function labelsOf(frequencies: readonly Int32Array[], lowest: number): string[] {
  const waves = frequencies.flatMap((frequency) => {
    const angle = angleOf(frequency);
    return [`cos(${angle})`, `sin(${angle})`];
  });
  return lowest === 1 ? ['1', ...waves] : waves;
}

/** 2x, or x1 − 2x3. */
function angleOf(frequency: Int32Array): string {
  const variable = (j: number) => (frequency.length === 1 ? 'x' : `x${j + 1}`);
  let text = '';
  for (const [j, n] of frequency.entries()) {
    if (n === 0) continue;
    const sign = text === '' ? '' : n < 0 ? ' − ' : ' + ';
    text += `${sign}${Math.abs(n) === 1 ? '' : Math.abs(n)}${variable(j)}`;
  }
  return text;
}
