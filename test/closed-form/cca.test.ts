import { describe, expect, it } from 'vitest';
import { cca, type PairMoments } from '../../src/closed-form/cca.js';
import { openCsv } from '../../src/data/csv.js';
import { subspaceDistanceSync } from '../../src/linalg/subspace-distance.js';
import { Matrix } from '../../src/matrix/matrix.js';
import {
  centred,
  firstRows,
  meanProduct,
  plus,
  product,
  solved,
  symmetrised,
  times,
  trace,
} from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { rowsOf } from '../support/chunks.js';
import { dataPath, hasData } from '../support/data.js';
import { failure } from '../support/failure.js';
import { closedFormFixture } from '../support/fixtures.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

interface CcaProblem {
  name: string;
  xx: number[][];
  yy: number[][];
  xy: number[][];
  correlations: number[];
  xRowSpace: number[][];
  yRowSpace: number[][];
}

const { problems } = closedFormFixture<{ problems: CcaProblem[] }>('cca');
const linnerud = closedFormFixture<CcaProblem & { published: number[] }>('linnerud');

const given = ({ xx, yy, xy }: CcaProblem): PairMoments => ({
  xx: Matrix.from(xx),
  yy: Matrix.from(yy),
  xy: Matrix.from(xy),
});

const pairMoments = (x: Matrix, y: Matrix): PairMoments => ({
  xx: symmetrised(meanProduct(x, x)),
  yy: symmetrised(meanProduct(y, y)),
  xy: meanProduct(x, y),
});

/** Two views of two shared latents, 60 rows, 4 and 3 wide. */
const latents = product(normals(1, 60, 2), Matrix.diagonal([2, 0.8]));
const viewX = plus(product(latents, normals(2, 2, 4)), normals(3, 60, 4));
const viewY = plus(product(latents, normals(4, 2, 3)), normals(5, 60, 3));
const moments = pairMoments(viewX, viewY);

describe.each(BACKENDS)('cca on %s', (backend) => {
  it.each([...problems, linnerud])('agrees with QR and SVD of the data: $name', async (problem) => {
    const { correlations: expected, xRowSpace, yRowSpace } = problem;
    const own = given(problem);
    for (let k = 1; k <= expected.length; k++) {
      const { x, y, correlations } = await cca(own, { k, backend });
      // The moments have condition numbers of up to 1e6 before scaling: digits lost by forming them.
      expect(correlations).toBeCloseToArray(expected.slice(0, k), 1e-9);
      expect(product(x, own.xx, x.transpose())).toBeCloseToArray(Matrix.identity(k), 1e-9);
      expect(product(y, own.yy, y.transpose())).toBeCloseToArray(Matrix.identity(k), 1e-9);
      expect(product(x, own.xy, y.transpose())).toBeCloseToArray(Matrix.diagonal(expected.slice(0, k)), 1e-9);
      const next = expected[k] ?? 0;
      if ((expected[k - 1] as number) - next < 1e-3) continue;
      expect(subspaceDistanceSync(x, firstRows(Matrix.from(xRowSpace), k)).chordal).toBeLessThan(1e-7);
      expect(subspaceDistanceSync(y, firstRows(Matrix.from(yRowSpace), k)).chordal).toBeLessThan(1e-7);
    }
  });

  it('finds the published correlations of the Linnerud data', async () => {
    const { correlations } = await cca(given(linnerud), { k: 3, backend });
    expect(correlations).toBeCloseToArray(linnerud.published, 5e-5);
  });

  it('encodes views as pairs of uncorrelated variables with these correlations', async () => {
    const { x, y, correlations } = await cca(moments, { k: 3, backend });
    const [zx, zy] = [product(viewX, x.transpose()), product(viewY, y.transpose())];
    expect(meanProduct(zx, zx)).toBeCloseToArray(Matrix.identity(3), 1e-12);
    expect(meanProduct(zy, zy)).toBeCloseToArray(Matrix.identity(3), 1e-12);
    expect(meanProduct(zx, zy)).toBeCloseToArray(Matrix.diagonal(correlations), 1e-12);
  });

  it('is beaten by no pair of directions, and reached by alternating regressions', async () => {
    const { correlations } = await cca(moments, { k: 1, backend });
    const best = correlations[0] as number;
    for (let i = 0; i < 200; i++) {
      expect(Math.abs(correlation(moments, normals(100 + i, 1, 4), normals(400 + i, 1, 3)))).toBeLessThan(best);
    }
    let b = normals(9, 1, 3);
    let a = normals(8, 1, 4);
    for (let i = 0; i < 300; i++) {
      a = solved(moments.xx, product(moments.xy, b.transpose())).transpose();
      b = solved(moments.yy, product(moments.xy.transpose(), a.transpose())).transpose();
      b = times(b, 1 / Math.sqrt(trace(product(b, b.transpose()))));
    }
    expect(correlation(moments, a, b)).toBeCloseTo(best, 11);
  });

  it('does not see invertible maps of either view', async () => {
    const expected = await cca(moments, { k: 2, backend });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 999 }), async (seed) => {
        const [a, b] = [normals(20 + seed, 4, 4), normals(1100 + seed, 3, 3)];
        const mapped = pairMoments(product(viewX, a.transpose()), product(viewY, b.transpose()));
        const { x, y, correlations } = await cca(mapped, { k: 2, backend });
        // Random 4×4 maps have condition numbers of up to some 1e3, squared in the moments.
        expect(correlations).toBeCloseToArray(expected.correlations, 1e-8);
        expect(subspaceDistanceSync(product(x, a), expected.x).chordal).toBeLessThan(1e-6);
        expect(subspaceDistanceSync(product(y, b), expected.y).chordal).toBeLessThan(1e-6);
      }),
      { numRuns: 20 },
    );
  });

  it('treats both views alike', async () => {
    const { xx, yy, xy } = moments;
    const there = await cca(moments, { k: 2, backend });
    const back = await cca({ xx: yy, yy: xx, xy: xy.transpose() }, { k: 2, backend });
    expect(back.correlations).toBeCloseToArray(there.correlations, 1e-13);
    expect(subspaceDistanceSync(back.x, there.y).chordal).toBeLessThan(1e-10);
  });

  it('finds correlations of 1 between equal views, of 0 between unrelated ones', async () => {
    const same = await cca(pairMoments(viewX, viewX), { k: 4, backend });
    expect(same.correlations).toBeCloseToArray([1, 1, 1, 1], 1e-12);
    const image = await cca(pairMoments(viewX, product(viewX, normals(6, 4, 2))), { k: 2, backend });
    expect(image.correlations).toBeCloseToArray([1, 1], 1e-10);
    const { xx, yy } = moments;
    const none = await cca({ xx, yy, xy: Matrix.zeros(4, 3) }, { k: 3, backend });
    expect(none.correlations).toBeCloseToArray([0, 0, 0], 1e-15);
  });

  it('with a ridge is the problem of xx + ridge·I and yy + ridge·I', async () => {
    const ridge = 0.4;
    const { xx, yy, xy } = moments;
    const larger = { xx: plus(xx, Matrix.identity(4), ridge), yy: plus(yy, Matrix.identity(3), ridge), xy };
    const expected = await cca(larger, { k: 2, backend });
    const { x, y, correlations } = await cca(moments, { k: 2, ridge, backend });
    expect(correlations).toBeCloseToArray(expected.correlations, 1e-13);
    expect(x).toBeCloseToArray(expected.x, 1e-12);
    expect(y).toBeCloseToArray(expected.y, 1e-12);
    expect(correlations[0]).toBeLessThan((await cca(moments, { k: 1, backend })).correlations[0] as number);
  });

  it('leaves out what rankTolerance drops, with the correlations of the rest', async () => {
    const doubled = product(viewX, Matrix.from([0, 1, 2, 3].map((i) => [0, 1, 2, 3, 0].map((j) => (i === j ? 1 : 0)))));
    const wide = pairMoments(doubled, viewY);
    const error = await failure(() => cca(wide, { k: 1, backend }));
    expect(error.code).toBe('SINGULAR');
    expect(error.message).toContain('cca: the second moment xx');
    expect(Math.abs((error.direction as Float64Array)[0] as number)).toBeCloseTo(Math.SQRT1_2, 6);
    expect(error.fix).toMatch(/ridge.*rankTolerance/);
    const other = await failure(() => cca({ xx: wide.yy, yy: wide.xx, xy: wide.xy.transpose() }, { k: 1, backend }));
    expect(other.message).toContain('the second moment yy');

    const expected = await cca(moments, { k: 3, backend });
    const { x, y, correlations } = await cca(wide, { k: 3, rankTolerance: 1e-10, backend });
    expect(correlations).toBeCloseToArray(expected.correlations, 1e-10);
    const codes = product(doubled, x.transpose());
    const plain = product(viewX, expected.x.transpose());
    expect(subspaceDistanceSync(codes.transpose(), plain.transpose()).chordal).toBeLessThan(1e-7);
    expect(subspaceDistanceSync(y, expected.y).chordal).toBeLessThan(1e-7);

    const narrow = pairMoments(product(viewX, normals(7, 4, 1), normals(8, 1, 4)), viewY);
    const few = await failure(() => cca(narrow, { k: 2, rankTolerance: 1e-10, backend }));
    expect(few).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'k' });
    expect(few.expected).toContain('at most 1');
  });

  it.skipIf(!hasData('multiview/linnerud'))('reads the Linnerud data and finds what is known of them', async () => {
    const read = async (part: string) => {
      const source = await openCsv(dataPath(`multiview/linnerud/linnerud_${part}.csv`));
      return centred(Matrix.from(await rowsOf(source)));
    };
    const { correlations } = await cca(pairMoments(await read('exercise'), await read('physiological')), {
      k: 3,
      backend,
    });
    expect(correlations).toBeCloseToArray(linnerud.correlations, 1e-10);
  });

  it.skipIf(!hasData('multiview/nutrimouse'))('copes with more variables than samples (nutrimouse)', async () => {
    const read = async (part: string) => {
      return centred(Matrix.from(await rowsOf(await openCsv(dataPath(`multiview/nutrimouse/${part}.csv`)))));
    };
    const [genes, lipids] = [await read('gene'), await read('lipid')];
    expect([genes.rows, genes.cols, lipids.cols]).toEqual([40, 120, 21]);
    const mice = pairMoments(genes, lipids);
    expect(await failure(() => cca(mice, { k: 1, backend }))).toMatchObject({ code: 'SINGULAR' });

    // 40 centred rows: the genes span all 39 dimensions there are, so that every lipid is a function of them.
    const overfit = await cca(mice, { k: 3, rankTolerance: 1e-10, backend });
    expect(overfit.correlations).toBeCloseToArray([1, 1, 1], 1e-8);
    const beyond = await failure(() => cca(mice, { k: 22, rankTolerance: 1e-10, backend }));
    expect(beyond).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'k' });

    const ridge = 0.05;
    const { x, y, correlations } = await cca(mice, { k: 3, ridge, backend });
    const [rx, ry] = [plus(mice.xx, Matrix.identity(120), ridge), plus(mice.yy, Matrix.identity(21), ridge)];
    expect(correlations[0]).toBeLessThan(1);
    // The canonical equations xy b = s (xx + ridge·I) a, and the other way.
    const scaled = Matrix.diagonal(correlations);
    expect(product(y, mice.xy.transpose())).toBeCloseToArray(product(scaled, x, rx), 1e-10);
    expect(product(x, mice.xy)).toBeCloseToArray(product(scaled, y, ry), 1e-10);
  });

  it.each<[string, object, object, string, string]>([
    ['no dimension', {}, { k: undefined }, 'INVALID_ARGUMENT', 'k'],
    ['none at all', {}, { k: 0 }, 'OUT_OF_RANGE', 'k'],
    ['more than the smaller view has', {}, { k: 4 }, 'OUT_OF_RANGE', 'k'],
    ['xy transposed', { xy: moments.xy.transpose() }, {}, 'SHAPE_MISMATCH', 'xy'],
    ['xx that is not square', { xx: Matrix.zeros(4, 3) }, {}, 'SHAPE_MISMATCH', 'xx'],
    ['yy that is not symmetric', { yy: normals(1, 3, 3) }, {}, 'NOT_SYMMETRIC', 'yy'],
    ['xy with NaN', { xy: new Matrix(4, 3, new Float64Array(12).fill(Number.NaN)) }, {}, 'NOT_FINITE', 'xy'],
    ['xx missing', { xx: undefined }, {}, 'INVALID_ARGUMENT', 'xx'],
    ['a moment too many', { yx: moments.xy }, {}, 'UNKNOWN_OPTION', 'yx'],
    ['a negative ridge', {}, { ridge: -1 }, 'OUT_OF_RANGE', 'ridge'],
    ['a tolerance that is no number', {}, { rankTolerance: '0' }, 'INVALID_ARGUMENT', 'rankTolerance'],
    ['an unknown option', {}, { centered: true }, 'UNKNOWN_OPTION', 'centered'],
  ])('refuses %s', async (_, changed, options, code, argument) => {
    const error = await failure(() => cca({ ...moments, ...changed }, { k: 1, ...options, backend } as never));
    expect(error).toMatchObject({ code, argument });
  });

  it('refuses what are no moments, and indefinite ones', async () => {
    for (const other of [undefined, null, 3]) {
      const error = await failure(() => cca(other as never, { k: 1, backend }));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
    }
    const indefinite = { ...moments, xx: Matrix.diagonal([1, 1, 1, -1]) };
    const error = await failure(() => cca(indefinite, { k: 1, backend }));
    expect(error.code).toBe('NOT_POSITIVE_DEFINITE');
    expect(error.direction).toBeCloseToArray([0, 0, 0, 1], 1e-12);
  });

  it('rejects with the reason of an abort', async () => {
    await expect(cca(moments, { k: 1, backend, signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});

/** Of the variables a·x and b·y. */
function correlation({ xx, yy, xy }: PairMoments, a: Matrix, b: Matrix): number {
  const norm = trace(product(a, xx, a.transpose())) * trace(product(b, yy, b.transpose()));
  return trace(product(a, xy, b.transpose())) / Math.sqrt(norm);
}

it.each(BACKENDS)('refuses moments that are not of one pair on %s', async (backend) => {
  const one = Matrix.identity(1);
  const error = await failure(() => cca({ xx: one, yy: one, xy: Matrix.from([[1.1]]) }, { k: 1, backend }));
  expect(error).toMatchObject({ code: 'NOT_POSITIVE_DEFINITE', argument: 'xy' });
});
