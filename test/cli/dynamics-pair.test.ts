import { describe, expect, it } from 'vitest';
import { readPair } from '../../src/cli/dynamics-pair.js';
import { writeNpy } from '../../src/data/npy.js';
import { discretePair } from '../../src/dynamics/pairs/discrete-pair.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const read = (spec: string, centered = false) => readPair(spec, { centered });

describe('readPair', () => {
  it('reads two normals', async () => {
    const pair = await read('gaussian:rho=0.5,degree=3');
    expect(pair.truth?.correlations).toBeCloseToArray([1, 0.5, 0.25, 0.125], 1e-15);
    expect((await read('gaussian')).gram.rows).toBe(9);
    const centred = await read('gaussian: rho = -0.5 , degree=3', true);
    expect(centred.centered).toBe(true);
    expect(centred.gram.rows).toBe(3);
  });

  it('reads translations of the torus', async () => {
    // exp(−n²σ²/2), twice each.
    const pair = await read('torus:degree=2,gaussian=0.5');
    const [one, two] = [Math.exp(-0.125), Math.exp(-0.5)];
    expect([...(pair.truth?.correlations ?? [])]).toBeCloseToArray([1, one, one, two, two], 1e-14);
    expect((await read('torus:uniform=1,degree=1,dimensions=2')).dimensions.x).toBe(2);
  });

  it('reads a joint table of counts, from CSV and npy', async () => {
    const counts = Matrix.from([
      [3, 1],
      [2, 4],
    ]);
    const expected = discretePair(
      Matrix.from([
        [0.3, 0.1],
        [0.2, 0.4],
      ]),
    ).gram;
    const csv = folder.write('table.csv', '3,1\n2,4\n');
    expect((await read(`discrete:${csv}`)).gram).toBeCloseToArray(expected, 1e-15);
    const npy = folder.at('table.npy');
    await writeNpy(npy, counts);
    expect((await read(`discrete:${npy}`)).gram).toBeCloseToArray(expected, 1e-15);
  });

  it('reads views that are independent given a latent', async () => {
    // p(z, x): p(x, y) = Σ_z p(z, x) p(z, y) / p(z).
    const csv = folder.write('latent.csv', '0.4,0.1\n0.1,0.4\n');
    const expected = discretePair(
      Matrix.from([
        [0.34, 0.16],
        [0.16, 0.34],
      ]),
    ).gram;
    expect((await read(`latent:${csv}`)).gram).toBeCloseToArray(expected, 1e-15);
  });

  it.each([
    ['INVALID_ARGUMENT', 'normal:rho=1'],
    ['INVALID_ARGUMENT', ''],
    ['INVALID_ARGUMENT', 'gaussian:0.9'],
    ['INVALID_ARGUMENT', 'gaussian:rho='],
    ['INVALID_ARGUMENT', 'gaussian:rho=high'],
    ['INVALID_ARGUMENT', 'torus:gaussian=1,uniform=1'],
    ['INVALID_ARGUMENT', 'gaussian:rho=0.9,rho=0.5'],
    ['INVALID_ARGUMENT', 'discrete:table.txt'],
    ['UNKNOWN_OPTION', 'gaussian:roh=0.9'],
    ['OUT_OF_RANGE', `discrete:${folder.write('zero.csv', '0,0\n0,0\n')}`],
  ])('says %s of %s', async (code, spec) => {
    const error = await failure(() => read(spec));
    expect(error).toMatchObject({ code, argument: 'pair' });
  });

  it('names a negative entry, whatever the sum', async () => {
    const error = await failure(() => read(`discrete:${folder.write('signs.csv', '1,-1\n-1,1\n')}`));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'pair', received: '-1' });
    expect(error.message).toContain('row 0, column 1');
  });

  it.each([
    ['OUT_OF_RANGE', 'gaussian:rho=1.5'],
    ['FILE_NOT_FOUND', `discrete:${folder.at('none.csv')}`],
    ['FILE_FORMAT', `discrete:${folder.write('ragged.csv', '1,2\n3\n')}`],
    ['OUT_OF_RANGE', `discrete:${folder.write('negative.csv', '2,-1\n1,2\n')}`],
  ])('passes on %s of %s', async (code, spec) => {
    expect((await failure(() => read(spec))).code).toBe(code);
  });
});
