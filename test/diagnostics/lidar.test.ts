import { describe, expect, it } from 'vitest';
import { lidar } from '../../src/diagnostics/lidar.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { fixture, reordered, shuffle } from './fixture.js';

/** Views of each sample: its direction, and little noise. */
function clusters(directions: Matrix, views: number, noise: number): { z: Matrix; groups: number[] } {
  const n = directions.rows * views;
  const groups = Array.from({ length: n }, (_, i) => i % directions.rows);
  const rest = normals(5, n, directions.cols);
  const z = groups.map((g, i) => Array.from(directions.row(g), (x, j) => x + noise * rest.get(i, j)));
  return { z: Matrix.from(z), groups };
}

describe.each(BACKENDS)('lidar, %s', (backend) => {
  it('agrees with SciPy, by inverse square roots', async () => {
    // The spread within samples has a condition number of some hundreds.
    expect(await lidar(fixture.z, fixture.groups, { backend })).toBeCloseTo(fixture.lidar, 9);
  });

  it('goes by ids, not by the order of the rows or what the ids are', async () => {
    const order = shuffle(24);
    const groups = order.map((i) => fixture.groups[i] as string);
    const numbers = groups.map((name) => 1000 - Number(name.slice(1)));
    const value = await lidar(reordered(fixture.z, order), groups, { backend });
    expect(value).toBeCloseTo(fixture.lidar, 9);
    expect(await lidar(reordered(fixture.z, order), Int32Array.from(numbers), { backend })).toBeCloseTo(value, 9);
  });

  it('counts the directions that tell samples apart', async () => {
    const simplex = Matrix.identity(5);
    const { z, groups } = clusters(simplex, 40, 0.001);
    // Five points span four directions, equally.
    expect(await lidar(z, groups, { backend })).toBeCloseTo(4, 1);
    const line = clusters(
      Matrix.from([
        [0, 0, 0],
        [1, 1, 1],
        [3, 3, 3],
      ]),
      40,
      0.001,
    );
    expect(await lidar(line.z, line.groups, { backend })).toBeLessThan(1.01);
  });

  it('weighs samples alike, whatever their numbers of views', async () => {
    // A sample's views twice over have the same mean and the same covariance.
    const twice = fixture.groups.map((_, i) => i).filter((i) => fixture.groups[i] === 's3');
    const order = [...fixture.groups.keys(), ...twice];
    const groups = order.map((i) => fixture.groups[i] as string);
    expect(await lidar(reordered(fixture.z, order), groups, { backend })).toBeCloseTo(fixture.lidar, 9);
  });

  it('is 1 where all rows are one', async () => {
    expect(await lidar(Matrix.zeros(4, 3), [0, 0, 1, 1], { backend })).toBeCloseTo(1, 4);
  });
});

describe('lidar refuses', () => {
  const z = normals(1, 4, 2);
  it.each([
    ['one sample', ['a', 'a', 'a', 'a'], 'INVALID_ARGUMENT'],
    ['a sample of one row', ['a', 'a', 'a', 'b'], 'INVALID_ARGUMENT'],
    ['too few ids', ['a', 'a', 'b'], 'SHAPE_MISMATCH'],
    ['ids that are none', [0, 0, Number.NaN, Number.NaN], 'INVALID_ARGUMENT'],
    ['ids that are objects', [{}, {}, {}, {}] as unknown as number[], 'INVALID_ARGUMENT'],
    ['no ids', undefined as unknown as number[], 'INVALID_ARGUMENT'],
  ] as const)('%s', async (_, groups, code) => {
    const error = await failure(() => lidar(z, groups as number[]));
    expect([error.code, error.argument]).toEqual([code, expect.stringMatching(/^groups/)]);
  });

  it.each(BACKENDS)('squares that overflow, %s', async (backend) => {
    const groups = [0, 0, 0, 1, 1, 1, 2, 2, 2];
    const views = normals(5, 9, 2);
    for (const scale of [1e155, 1e200, 1e307]) {
      const error = await failure(() => lidar(times(views, scale), groups, { backend }));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z' });
    }
    // The same views twice: nothing within samples but δ, and eigenvalues of 1e4 times the square.
    const twice = Matrix.from([[2], [2], [1], [1]].map(([x]) => [(x as number) * 2e153]));
    const alone = await failure(() => lidar(twice, [0, 0, 1, 1], { backend }));
    expect(alone).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z' });
    expect(await lidar(times(views, 1e100), groups, { backend })).toBeCloseTo(await lidar(views, groups), 3);
  });

  it.each(BACKENDS)('large views of too few directions, %s', async (backend) => {
    const error = await failure(() => lidar(times(normals(3, 4, 4), 1e10), [0, 0, 1, 1], { backend }));
    expect(error).toMatchObject({ code: 'SINGULAR', argument: 'z', direction: expect.any(Float64Array) });
    expect(error.message).not.toMatch(/eigh|ridge/);
  });

  it('NaN', async () => {
    const error = await failure(() => lidar(Matrix.from([[1], [Number.NaN], [1], [1]]), [0, 0, 1, 1]));
    expect(error.code).toBe('NOT_FINITE');
  });
});
