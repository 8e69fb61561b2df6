import { describe, expect, test } from 'vitest';
import { Gram } from '../../../src/backends/js/gram.js';
import { moments } from '../../../src/backends/js/moments.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { product } from '../../support/algebra.js';
import { failure } from '../../support/failure.js';
import { cut } from '../../support/moments.js';
import { normals } from '../../support/normals.js';
import { EPS } from '../invariants.js';

/** Work for hundreds of milliseconds. */
const large = () => normals(1, 20_000, 120);

/** Several times the stretch that is aimed at, as compiling and collecting garbage take processor time too. */
const LIMIT = 60;

/** The most processor time, in milliseconds, between two turns of the event loop; what other processes take is not in it. */
async function longestStretch(work: Promise<unknown>): Promise<number> {
  const used = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  let longest = 0;
  let last = used();
  let running = true;
  const tick = () => {
    const now = used();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  await work;
  running = false;
  return longest;
}

describe('gram', () => {
  test('of two rows', async () => {
    const gram = new Gram(2, 1);
    await gram.add(
      {},
      Matrix.from([
        [1, 2],
        [3, 4],
      ]),
      Matrix.from([[5], [6]]),
    );
    expect((await gram.snapshot({})).gram.toArray()).toEqual([
      [10, 14, 23, 4],
      [14, 20, 34, 6],
      [23, 34, 61, 11],
      [4, 6, 11, 2],
    ]);
  });

  test('keeps rounding small over many rows', async () => {
    // 0.1² summed 300 000 times in order loses 1e-11 of itself; in blocks of 256, a thousandth of that.
    const n = 300_000;
    const gram = new Gram(1, 0);
    await gram.add({}, new Matrix(n, 1, new Float64Array(n).fill(0.1)), undefined);
    const sum = (await gram.snapshot({})).gram.get(0, 0);
    expect(Math.abs(sum / (n * 0.1 * 0.1) - 1)).toBeLessThan(500 * EPS);
  });

  test('lets the event loop turn', async () => {
    const gram = new Gram(120, 0);
    expect(await longestStretch(gram.add({}, large(), undefined))).toBeLessThan(LIMIT);
  });

  test('lets the event loop turn within a block of wide rows', async () => {
    const gram = new Gram(1000, 0);
    expect(await longestStretch(gram.add({}, normals(6, 300, 1000), undefined))).toBeLessThan(LIMIT);
  });

  test('stops in the middle when aborted, and is spent', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const gram = new Gram(120, 0);
    const pending = gram.add({ signal: controller.signal }, large(), undefined);
    setTimeout(() => controller.abort(reason), 1);
    await expect(pending).rejects.toBe(reason);
    expect((await failure(() => gram.snapshot({}))).code).toBe('INTERNAL');
  });

  test('notices a buffer transferred away in the middle', async () => {
    const x = large();
    const gram = new Gram(120, 0);
    const pending = gram.add({}, x, undefined);
    setTimeout(() => structuredClone(x.data, { transfer: [x.data.buffer as ArrayBuffer] }), 1);
    expect((await failure(() => pending)).code).toBe('DETACHED');
  });

  test('keeps the order of calls that were not awaited', async () => {
    // Each takes several turns.
    const x = normals(2, 6000, 80);
    const pieces = cut(x, [2500]);
    const gram = new Gram(80, 0);
    const adds = pieces.map((piece) => gram.add({}, piece, undefined));
    const { gram: total } = await gram.snapshot({});
    await Promise.all(adds);
    const whole = new Gram(80, 0);
    await whole.add({}, x, undefined);
    expect(total).toEqual((await whole.snapshot({})).gram);
  });
});

describe('row-wise work', () => {
  test('lets the event loop turn', async () => {
    const encoder = normals(3, 100, 120);
    expect(await longestStretch(moments.project({}, large(), encoder))).toBeLessThan(LIMIT);
  });

  test('notices a buffer transferred away in the middle', async () => {
    const x = large();
    const pending = moments.project({}, x, normals(3, 100, 120));
    setTimeout(() => structuredClone(x.data, { transfer: [x.data.buffer as ArrayBuffer] }), 1);
    expect((await failure(() => pending)).code).toBe('DETACHED');
  });

  test('stops in the middle when aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const deviations = new Float64Array(120).fill(1);
    const pending = moments.addNoise({ signal: controller.signal }, large(), deviations, {
      seed: 1,
      firstSample: 0,
      stream: 0,
    });
    setTimeout(() => controller.abort(reason), 1);
    await expect(pending).rejects.toBe(reason);
  });

  test('takes the encoder when called', async () => {
    const [x, encoder] = [normals(4, 10, 3), normals(5, 2, 3)];
    const expected = product(x, encoder.transpose());
    const pending = moments.project({}, x, encoder);
    encoder.data.fill(0);
    expect(await pending).toBeCloseToArray(expected, 1e-14);
  });
});
