import { markAsUntransferable } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { EigenviewError } from '../../src/errors.js';
import { barlowTwins } from '../../src/losses/barlow-twins.js';
import { lejepa } from '../../src/losses/lejepa.js';
import type { Loss } from '../../src/losses/loss.js';
import type { RecycleOptions } from '../../src/losses/recycle.js';
import { sigreg } from '../../src/losses/sigreg.js';
import { simclr } from '../../src/losses/simclr.js';
import { vicreg } from '../../src/losses/vicreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { normals } from '../support/normals.js';

type Options = RecycleOptions & { backend?: 'native' | 'js'; signal?: AbortSignal };

const [ROWS, COLS] = [20, 6];
const z1 = normals(1, ROWS, COLS);
const z2 = normals(2, ROWS, COLS);

const objectives: [string, number, (options: Options) => Promise<Loss>][] = [
  ['vicreg', 2, (options) => vicreg(z1, z2, options)],
  ['barlowTwins', 2, (options) => barlowTwins(z1, z2, options)],
  ['simclr', 2, (options) => simclr(z1, z2, options)],
  ['sigreg', 1, (options) => sigreg(z1, { count: 700, ...options })],
  ['lejepa', 3, (options) => lejepa([z1, z2, z1], { count: 5, ...options })],
];

/** Of a content that would show in any sum. */
const old = (count: number) => Array.from({ length: count }, () => new Matrix(ROWS, COLS));
const spoiled = (count: number) => {
  const all = old(count);
  for (const { data } of all) data.fill(Number.NaN);
  return all;
};

async function failure(call: Promise<unknown>): Promise<EigenviewError> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EigenviewError);
  return error as EigenviewError;
}

describe.each(['native', 'js'] as const)('recycle on %s', (backend) => {
  it.each(objectives)(
    '%s: the same bits in the same memory, and empty matrices left behind',
    async (_, count, call) => {
      const fresh = await call({ backend });
      const recycle = spoiled(count);
      const { loss, parts, gradients } = await call({ backend, recycle });
      expect({ loss, parts }).toEqual({ loss: fresh.loss, parts: fresh.parts });
      gradients.forEach((gradient, i) => {
        expect(gradient.data).toEqual(fresh.gradients[i]?.data);
      });
      for (const { data } of recycle) expect(data.length).toBe(0);
      const again = await call({ backend, recycle: gradients });
      expect(again.gradients[0]?.data).toEqual(fresh.gradients[0]?.data);
      expect(gradients[0]?.data.length).toBe(0);
    },
  );

  it('is beyond the reach of whoever still has the matrices while the call runs', async () => {
    const recycle = spoiled(2);
    const running = vicreg(z1, z2, { backend, recycle });
    expect(recycle.map(({ data }) => data.length)).toEqual([0, 0]);
    expect((await running).gradients[0]?.data).toEqual((await vicreg(z1, z2, { backend })).gradients[0]?.data);
  });
});

describe('recycle refuses', () => {
  const kept = old(2) as [Matrix, Matrix];
  const [first, second] = kept;
  const half = new Float64Array(2 * ROWS * COLS);
  const shared = new Float64Array(new SharedArrayBuffer(8 * ROWS * COLS));

  afterEach(() => {
    expect(kept.map(({ data }) => data.length)).toEqual([ROWS * COLS, ROWS * COLS]);
    expect(z1.data.length).toBe(ROWS * COLS);
  });

  it.each<[string, string, string, unknown]>([
    ['no array', 'INVALID_ARGUMENT', 'recycle', { length: 2 }],
    ['too few', 'INVALID_ARGUMENT', 'recycle', [first]],
    ['too many', 'INVALID_ARGUMENT', 'recycle', [first, second, new Matrix(ROWS, COLS)]],
    ['a hole', 'INVALID_ARGUMENT', 'recycle[1]', Object.assign([first], { length: 2 })],
    ['an array of numbers', 'INVALID_ARGUMENT', 'recycle[0]', [first.data, second.data]],
    ['another shape', 'SHAPE_MISMATCH', 'recycle[1]', [first, new Matrix(COLS, ROWS)]],
    ['float32', 'INVALID_ARGUMENT', 'recycle[1]', [first, new Matrix(ROWS, COLS, new Float32Array(ROWS * COLS))]],
    ['one matrix twice', 'INVALID_ARGUMENT', 'recycle[1]', [first, first]],
    ['a batch', 'INVALID_ARGUMENT', 'recycle[1]', [first, z1]],
    [
      'a part of an array',
      'INVALID_ARGUMENT',
      'recycle[1]',
      [first, new Matrix(ROWS, COLS, half.subarray(ROWS * COLS))],
    ],
    ['shared memory', 'INVALID_ARGUMENT', 'recycle[1]', [first, new Matrix(ROWS, COLS, shared)]],
  ])('%s', async (_, code, argument, recycle) => {
    expect(await failure(vicreg(z1, z2, { recycle: recycle as Matrix[] }))).toMatchObject({ code, argument });
  });

  it('memory that cannot be transferred', async () => {
    const own = new Matrix(ROWS, COLS);
    markAsUntransferable(own.data.buffer);
    const error = await failure(vicreg(z1, z2, { recycle: [own, new Matrix(ROWS, COLS)] }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'recycle[0]' });
    expect(own.data.length).toBe(ROWS * COLS);
  });

  it('what was transferred away', async () => {
    const gone = new Matrix(ROWS, COLS);
    structuredClone(gone.data.buffer, { transfer: [gone.data.buffer as ArrayBuffer] });
    const error = await failure(vicreg(z1, z2, { recycle: [first, gone] }));
    expect(error).toMatchObject({ code: 'DETACHED', argument: 'recycle[1]' });
  });

  it('the directions of a sketch', async () => {
    const directions = new Matrix(
      COLS,
      COLS,
      Float64Array.from({ length: COLS * COLS }, (_, i) => i + 1),
    );
    const square = normals(3, COLS, COLS);
    for (const call of [
      sigreg(square, { directions, recycle: [directions] }),
      lejepa([square, square], { directions, recycle: [new Matrix(COLS, COLS), directions] }),
    ]) {
      expect(await failure(call)).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(directions.data.length).toBe(COLS * COLS);
  });

  it('nothing of a call that other arguments, or an abort, stop first', async () => {
    await failure(vicreg(z1, z2, { gamma: -1, recycle: kept }));
    await failure(barlowTwins(z1, new Matrix(1, 1), { recycle: kept }));
    await failure(simclr(z1, z2, { temperature: 0, recycle: kept }));
    await failure(sigreg(z1, { knots: 1, recycle: [first] }));
    await failure(lejepa([z1, z2], { lambda: -1, recycle: kept }));
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(vicreg(z1, z2, { signal, recycle: kept })).rejects.toThrow('stopped');
  });
});
