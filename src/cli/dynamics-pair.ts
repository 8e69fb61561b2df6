/** Pairs of views as a command line says them. */
import { extname } from 'node:path';
import { discretePair } from '../dynamics/pairs/discrete-pair.js';
import { gaussianPair } from '../dynamics/pairs/gaussian-pair.js';
import { latentPair } from '../dynamics/pairs/latent-pair.js';
import { torusPair } from '../dynamics/pairs/torus-pair.js';
import type { ViewPair } from '../dynamics/pairs/view-pair.js';
import { describe, EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';

type Parameters = Readonly<Record<string, number>>;

/** A larger table is one of data, not of probabilities. */
const MOST_STATES = 2000;

const KINDS = ['gaussian', 'torus', 'discrete', 'latent'];

/**
 * | text | pair |
 * |---|---|
 * | `gaussian:rho=0.9,degree=8` | {@link gaussianPair}; either may be left out |
 * | `torus:degree=4,gaussian=0.5` | {@link torusPair}; `uniform=1` instead of `gaussian`, `dimensions=2` |
 * | `discrete:table.csv` | {@link discretePair} of a joint table, divided by its sum |
 * | `latent:table.csv` | {@link latentPair} of a table p(z, x), divided by its sum, a row a latent |
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `UNKNOWN_OPTION`, `OUT_OF_RANGE`; of tables also `FILE_NOT_FOUND`, `FILE_FORMAT`
 * @example
 * ```ts
 * const pair = await readPair('gaussian:rho=0.9,degree=8', { centered: true });
 * ```
 */
export async function readPair(spec: string, options: { centered: boolean }): Promise<ViewPair> {
  const colon = spec.indexOf(':');
  const [kind, rest] = colon === -1 ? [spec, ''] : [spec.slice(0, colon), spec.slice(colon + 1)];
  switch (kind) {
    case 'gaussian': {
      const { rho = 0.9, degree = 8 } = parameters(spec, rest, ['rho', 'degree']);
      return gaussianPair({ rho, degree, ...options });
    }
    case 'torus':
      return torus(spec, rest, options);
    case 'discrete':
      return discretePair(normalised(await readTable(spec, rest)), options);
    case 'latent':
      return latent(normalised(await readTable(spec, rest)), options);
    default:
      throw invalid(spec, `${KINDS.join(', ')}, with what belongs to it, such as gaussian:rho=0.9,degree=8`);
  }
}

function torus(spec: string, text: string, options: { centered: boolean }): ViewPair {
  const {
    degree = 4,
    dimensions = 1,
    gaussian,
    uniform,
  } = parameters(spec, text, ['degree', 'dimensions', 'gaussian', 'uniform']);
  if (gaussian !== undefined && uniform !== undefined) throw invalid(spec, 'of one shift, gaussian or uniform');
  const shift = uniform === undefined ? { gaussian: gaussian ?? 0.5 } : { uniform };
  return torusPair({ degree, dimensions, shift, ...options });
}

/** p(z, x) as p(z) and p(x | z). */
function latent(table: Matrix, options: { centered: boolean }): ViewPair {
  const weights = Array.from({ length: table.rows }, (_, z) => sum(table.row(z)));
  const x = new Matrix(
    table.rows,
    table.cols,
    Float64Array.from(table.data, (p, i) => p / (weights[Math.floor(i / table.cols)] || 1)),
  );
  return latentPair({ weights, x, ...options });
}

/** `name=number` between commas. */
function parameters(spec: string, text: string, known: readonly string[]): Partial<Parameters> {
  const found: Record<string, number> = {};
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(.*)$/.exec(part) ?? [];
    if (name === '') throw invalid(spec, `numbers by name, such as ${known[0]}=0.9`);
    if (!known.includes(name)) {
      throw new EigenviewError('UNKNOWN_OPTION', `This pair has no '${name}'.`, {
        argument: 'pair',
        expected: `of ${known.join(', ')}`,
        received: describe(spec),
      });
    }
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number)) throw invalid(spec, `a number as ${name}`);
    if (name in found) throw invalid(spec, `${name} once`);
    found[name] = number;
  }
  return found;
}

async function readTable(spec: string, path: string): Promise<Matrix> {
  const table = await openTable(spec, path);
  if (table.rows === 0 || table.cols === 0) {
    throw new EigenviewError('EMPTY', 'There is no table here.', { argument: 'pair', file: path });
  }
  if (table.rows > MOST_STATES || table.cols > MOST_STATES) {
    throw new EigenviewError('TOO_LARGE', 'This table has more states than the dynamics can follow.', {
      argument: 'pair',
      file: path,
      expected: `of at most ${MOST_STATES}×${MOST_STATES}`,
      received: `${table.rows}×${table.cols}`,
    });
  }
  const whole = Matrix.zeros(table.rows, table.cols);
  let row = 0;
  for await (const chunk of table) {
    whole.data.set(chunk.data, row * whole.cols);
    row += chunk.rows;
  }
  return whole;
}

async function openTable(spec: string, path: string) {
  const ending = extname(path).toLowerCase();
  if (ending === '.csv') return (await import('../data/csv.js')).openCsv(path);
  if (ending === '.npy') return (await import('../data/npy.js')).openNpy(path);
  throw invalid(spec, 'a file named .csv or .npy');
}

/** Counts become probabilities; what is no table of either is said by the pair. */
function normalised(table: Matrix): Matrix {
  const at = table.data.findIndex((p) => p < 0);
  if (at !== -1) {
    const [row, column] = [Math.floor(at / table.cols), at % table.cols];
    throw new EigenviewError('OUT_OF_RANGE', 'Probabilities and counts are never negative.', {
      argument: 'pair',
      expected: `0 or more at row ${row}, column ${column} (from 0)`,
      received: String(table.data[at]),
    });
  }
  const total = sum(table.data);
  if (!(total > 0)) {
    throw new EigenviewError('OUT_OF_RANGE', 'A table of probabilities or counts has a positive sum.', {
      argument: 'pair',
      expected: 'of a positive sum',
      received: String(total),
    });
  }
  return new Matrix(
    table.rows,
    table.cols,
    Float64Array.from(table.data, (p) => p / total),
  );
}

function sum(values: Float64Array | Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function invalid(spec: string, expected: string): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'This names no pair of views.', {
    argument: 'pair',
    expected,
    received: describe(spec),
  });
}
