import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { probeLoss } from '../../src/closed-form/probe-loss.js';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { supervised } from '../../src/closed-form/supervised.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import type { ViewMoments } from '../../src/moments/view-moments.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { energy, plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { linearProblems, momentsOf } from '../support/fixtures.js';
import { normals, orthonormalRows } from '../support/normals.js';
import fc from '../support/properties.js';
import { viewsOf } from '../support/view-processes.js';

const inputs = normals(1, 50, 5);
const targets = plus(product(inputs, normals(2, 5, 2)), normals(3, 50, 2));
const moments = await viewMoments(inputs, gaussianViews({ theta: 1 }), { target: targets, backend: 'js' });

/** min_V (1/n) ‖Y − Z Vᵀ‖² by projecting Y on an orthonormal basis of Z's columns, which must be independent. */
function leastSquares(codes: Matrix, y: Matrix): number {
  const basis = orthonormalRows(codes.transpose());
  return energy(plus(y, product(basis.transpose(), basis, y), -1)) / y.rows;
}

function stacked(...parts: Matrix[]): Matrix {
  return Matrix.from(parts.flatMap((part) => part.toArray()));
}

describe.each(BACKENDS)('probeLoss on %s', (backend) => {
  const loss = (encoder: Matrix, of: ViewMoments = moments) => probeLoss(of, encoder, { backend });

  it.each(linearProblems)('agrees with least squares on encoded inputs: $name', async (fixture) => {
    const own = await momentsOf(fixture, 'js');
    const { probe, reconstruction: rc, jointEmbedding: je } = fixture;
    const tolerance = 1e-11 * fixture.moments.targetEnergy;
    expect([await loss(Matrix.from(probe.encoder), own)]).toBeCloseToArray([probe.loss], tolerance);
    for (const [i, { k, probeLoss: expected }] of rc.solutions.entries()) {
      const { encoder } = await reconstruction(own, { k, backend });
      expect([await loss(encoder, own)]).toBeCloseToArray([expected], tolerance);
      const { encoder: other } = await jointEmbedding(own, { k, backend });
      expect([await loss(other, own)]).toBeCloseToArray([je.solutions[i]?.probeLoss as number], tolerance);
    }
  });

  it('is the least-squares error of any encoder', async () => {
    const shapes = fc.record({ seed: fc.nat({ max: 9999 }), k: fc.integer({ min: 1, max: 5 }) });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seed, k }) => {
        const encoder = normals(10 + seed, k, 5);
        const expected = leastSquares(product(inputs, encoder.transpose()), targets);
        // Codes nearly dependent by chance cost digits: cond² · eps stays below 1e-9 for these sizes.
        expect(await loss(encoder)).toBeCloseTo(expected, 7);
      }),
      { numRuns: 40 },
    );
  });

  it('ignores dead and dependent rows, wherever they stand', async () => {
    const encoder = normals(4, 2, 5);
    const expected = leastSquares(product(inputs, encoder.transpose()), targets);
    const dead = Matrix.zeros(2, 5);
    const mixed = product(normals(5, 3, 2), encoder);
    for (const wide of [
      stacked(encoder, dead),
      stacked(dead, encoder),
      stacked(encoder, encoder),
      stacked(mixed, dead, encoder),
      mixed,
    ]) {
      expect(await loss(wide)).toBeCloseTo(expected, 9);
    }
  });

  it('is the energy of the targets when the encoder sees nothing', async () => {
    expect(await loss(Matrix.zeros(3, 5))).toBe(moments.targetEnergy);
    // A direction in which the data do not vary.
    const flat = product(inputs, Matrix.diagonal([1, 1, 1, 1, 0]));
    const own = await viewMoments(flat, gaussianViews({ theta: 1 }), { target: targets, backend: 'js' });
    expect(await loss(Matrix.from([[0, 0, 0, 0, 1]]), own)).toBe(own.targetEnergy);
    expect(await loss(Matrix.identity(5), own)).toBeCloseTo(leastSquares(product(flat, firstFour), targets), 10);
  });

  it('is not misled by codes that cancel to rounding', async () => {
    const doubled = product(inputs, Matrix.from(Array.from({ length: 5 }, (_, i) => row(i, 6))));
    const own = await viewMoments(doubled, gaussianViews({ theta: 1 }), { target: targets, backend: 'js' });
    // Coordinates 0 and 5 are equal: their difference is zero, though not in rounded moments.
    const cancelling = Matrix.from([
      [1 / 3, 0, 0, 0, 0, -1 / 3],
      [0, 1, 0, 0, 0, 0],
    ]);
    const expected = leastSquares(product(doubled, row1), targets);
    expect(await loss(cancelling, own)).toBeCloseTo(expected, 9);
  });

  it('does not depend on the scale or mixture of the rows', async () => {
    const encoder = normals(6, 3, 5);
    const expected = await loss(encoder);
    expect(await loss(product(Matrix.diagonal([1e-9, 1, 1e9]), encoder))).toBeCloseTo(expected, 10);
    expect(await loss(product(normals(7, 3, 3), encoder))).toBeCloseTo(expected, 9);
  });

  it('depends on the inputs alone, not on the views', async () => {
    const encoder = normals(8, 2, 5);
    const masked = await viewMoments(inputs, viewsOf({ process: 'mask', keep: 0.3 }), {
      target: targets,
      backend: 'js',
    });
    expect(await loss(encoder, masked)).toBe(await loss(encoder));
    expect(await loss(encoder, moments.withCovariance({ theta: 9 }))).toBe(await loss(encoder));
  });

  it('falls with every row, to the risk of supervised learning on clean data', async () => {
    const encoder = normals(9, 5, 5);
    let last = moments.targetEnergy as number;
    for (let k = 1; k <= 5; k++) {
      const next = await loss(new Matrix(k, 5, encoder.data.slice(0, 5 * k)));
      expect(next).toBeLessThan(last);
      last = next;
    }
    const clean = await supervised(moments.withCovariance({}), { backend });
    expect(last).toBeCloseTo(clean.risk, 10);
    const exact = await viewMoments(inputs, gaussianViews(), {
      target: product(inputs, normals(2, 5, 2)),
      backend: 'js',
    });
    expect(Math.abs(await loss(encoder, exact))).toBeLessThan(1e-12 * (exact.targetEnergy as number));
  });

  it.each<[string, unknown, unknown, string, string]>([
    ['an encoder of another width', moments, normals(1, 2, 4), 'SHAPE_MISMATCH', 'encoder'],
    ['an encoder that is not finite', moments, Matrix.from([[1, 2, Number.NaN, 4, 5]]), 'NOT_FINITE', 'encoder'],
    ['an empty encoder', moments, Matrix.zeros(0, 5), 'EMPTY', 'encoder'],
    ['no encoder', moments, undefined, 'INVALID_ARGUMENT', 'encoder'],
    ['no moments', { inputs }, normals(1, 2, 5), 'INVALID_ARGUMENT', 'moments'],
  ])('refuses %s', async (_, what, encoder, code, argument) => {
    const error = await failure(() => probeLoss(what as ViewMoments, encoder as Matrix, { backend }));
    expect(error).toMatchObject({ code, argument });
  });

  it('needs a target, knows no options and can be aborted', async () => {
    const encoder = normals(1, 2, 5);
    const alone = await viewMoments(inputs, gaussianViews(), { backend: 'js' });
    expect(await failure(() => loss(encoder, alone))).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
    const options = { backend, ridge: 1 };
    expect(await failure(() => probeLoss(moments, encoder, options))).toMatchObject({ code: 'UNKNOWN_OPTION' });
    const signal = AbortSignal.abort('enough');
    await expect(probeLoss(moments, encoder, { backend, signal })).rejects.toBe('enough');
  });
});

/** Coordinate i, and coordinate 0 once more at the end. */
function row(i: number, length: number): number[] {
  return Array.from({ length }, (_, j) => (j === i || (i === 0 && j === length - 1) ? 1 : 0));
}

const firstFour = new Matrix(
  5,
  4,
  Float64Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
);
const row1 = new Matrix(6, 1, Float64Array.of(0, 1, 0, 0, 0, 0));
