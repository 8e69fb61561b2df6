/** Second moments without an inverse: what each closed form says, and what ridge and rankTolerance make of them. */
import { describe, expect, it } from 'vitest';
import { selectBackend } from '../../src/backends/select.js';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { supervised } from '../../src/closed-form/supervised.js';
import { checkDirections, padded, sumOfSquares, whitening } from '../../src/closed-form/whitening.js';
import { eighSync } from '../../src/linalg/eigh.js';
import { subspaceDistanceSync } from '../../src/linalg/subspace-distance.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { energy, plus, product, symmetrised, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { enumeratedProblem } from '../support/enumerated.js';
import { failure } from '../support/failure.js';
import { normals, orthonormalRows } from '../support/normals.js';

const problem = await enumeratedProblem(6, { d: 3 });
const { inputs, targets, theta } = problem;

/** Repeats coordinate 0 at the end: 4×3. */
const repeat = Matrix.from([
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
]);
/** The same problem with a coordinate too many, the noise on it too: S is singular along e₀ − e₃. */
const doubled = await viewMoments(
  product(inputs, repeat.transpose()),
  gaussianViews({ theta: symmetrised(product(repeat, theta, repeat.transpose())) }),
  { target: targets, backend: 'js' },
);
const nullDirection = Matrix.from([[Math.SQRT1_2, 0, 0, -Math.SQRT1_2]]);

/** Fewer samples than dimensions and no augmentation: S has rank 3 of 6. */
const few = await viewMoments(normals(1, 3, 6), gaussianViews(), { target: normals(2, 3, 2), backend: 'js' });

describe.each(BACKENDS)('on %s', (backend) => {
  const operations = {
    supervised: (moments: typeof few) => supervised(moments, { backend }),
    reconstruction: (moments: typeof few) => reconstruction(moments, { k: 1, backend }),
    jointEmbedding: (moments: typeof few) => jointEmbedding(moments, { k: 1, backend }),
  };

  it.each(Object.entries(operations))('%s names the direction along which S is singular', async (name, solve) => {
    const error = await failure(() => solve(doubled));
    expect(error.code).toBe('SINGULAR');
    expect(error.message).toContain(`${name}: the second moment S of the views is singular`);
    expect(error.message).toMatch(/0\.71·e[03] .*0\.71·e[03]\./);
    expect(error.fix).toMatch(/`ridge`.*`rankTolerance`/);
    const direction = new Matrix(1, 4, error.direction as Float64Array);
    expect(energy(direction)).toBeCloseTo(1, 12);
    expect(subspaceDistanceSync(direction, nullDirection).chordal).toBeLessThan(1e-7);
  });

  it.each(Object.entries(operations))('%s does so for fewer samples than dimensions', async (_, solve) => {
    const error = await failure(() => solve(few));
    expect(error.code).toBe('SINGULAR');
    const direction = new Matrix(1, 6, error.direction as Float64Array);
    expect(energy(direction)).toBeCloseTo(1, 12);
    expect(energy(product(direction, few.second))).toBeLessThan(1e-24);
  });

  it('rankTolerance gives the reconstruction of the reduced space', async () => {
    // x and x̃ = (x, x₀) reconstruct differently (x₀ counts twice), so the reduced problem has C̃ = R C, risk in 4-d.
    const { encoder, decoder, singularValues, risk } = await reconstruction(doubled, {
      k: 2,
      rankTolerance: 1e-12,
      backend,
    });
    const reduced = await viewMoments(inputs, gaussianViews({ theta }), { backend: 'js' });
    // The pair (E R, D) acts on views of the reduced space; there S is regular and least squares has one answer.
    const short = product(encoder, repeat);
    expect(product(short, reduced.second, short.transpose())).toBeCloseToArray(Matrix.identity(2), 1e-10);
    const scores = product(repeat, reduced.inputCross, short.transpose());
    expect(decoder).toBeCloseToArray(scores, 1e-10);
    expect(singularValues).toHaveLength(4);
    expect(singularValues[3]).toBe(0);
    expect(risk).toBeCloseTo(doubled.inputEnergy - energy(scores), 9);
    for (let seed = 0; seed < 30; seed++) {
      const other = orthonormalRows(plus(short, normals(40 + seed, 2, 3), 0.3));
      expect(bestRisk(other, reduced.second, product(repeat, reduced.inputCross))).toBeGreaterThan(risk);
    }
  });

  it('rankTolerance gives the joint embedding of the reduced space', async () => {
    const reduced = await viewMoments(inputs, gaussianViews({ theta }), { backend: 'js' });
    const expected = await jointEmbedding(reduced, { k: 2, backend });
    const { encoder, eigenvalues, loss } = await jointEmbedding(doubled, { k: 2, rankTolerance: 1e-12, backend });
    expect(eigenvalues).toBeCloseToArray([...expected.eigenvalues, 0], 1e-10);
    expect(loss).toBeCloseTo(expected.loss, 10);
    // Views of the large space are R τ: the encoder acts on the reduced space as W R.
    expect(subspaceDistanceSync(product(encoder, repeat), expected.encoder).chordal).toBeLessThan(1e-9);
  });

  it('a small ridge comes near what rankTolerance gives', async () => {
    const ridge = 1e-9;
    const exact = await jointEmbedding(doubled, { k: 2, rankTolerance: 1e-12, backend });
    const near = await jointEmbedding(doubled, { k: 2, ridge, backend });
    expect(near.loss).toBeCloseTo(exact.loss, 6);
    expect(subspaceDistanceSync(near.encoder, exact.encoder).chordal).toBeLessThan(1e-6);
    const risk = (await reconstruction(doubled, { k: 2, rankTolerance: 1e-12, backend })).risk;
    expect((await reconstruction(doubled, { k: 2, ridge, backend })).risk).toBeCloseTo(risk, 6);
    // Ridge regression shares the weight between the equal coordinates, to eps/ridge of S.
    const { weights } = await supervised(doubled, { ridge, backend });
    const reduced = await viewMoments(inputs, gaussianViews({ theta }), { target: targets, backend: 'js' });
    const { weights: expected } = await supervised(reduced, { backend });
    expect(product(weights, repeat)).toBeCloseToArray(expected, 1e-6);
    for (let i = 0; i < 2; i++) expect(weights.get(i, 0)).toBeCloseTo(weights.get(i, 3), 5);
  });

  it('without augmentation everything that is there is invariant, and reconstruction is exact', async () => {
    const embedding = await jointEmbedding(few, { k: 3, rankTolerance: 1e-10, backend });
    expect(embedding.eigenvalues).toBeCloseToArray([1, 1, 1, 0, 0, 0], 1e-12);
    expect(embedding.loss).toBeCloseTo(0, 12);
    const { decoder, encoder, risk } = await reconstruction(few, { k: 3, rankTolerance: 1e-10, backend });
    expect(risk).toBeCloseTo(0, 11);
    const span = orthonormalRows(normals(1, 3, 6));
    expect(product(decoder, encoder)).toBeCloseToArray(product(span.transpose(), span), 1e-11);
    const leading = eighSync(few.second, { k: 2 }).vectors.transpose();
    const two = await reconstruction(few, { k: 2, rankTolerance: 1e-10, backend });
    expect(subspaceDistanceSync(two.encoder, leading).chordal).toBeLessThan(1e-9);
  });

  it('refuses more dimensions than are left', async () => {
    for (const solve of [reconstruction, jointEmbedding]) {
      const error = await failure(() => solve(few, { k: 4, rankTolerance: 1e-10, backend }));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'k', received: '4' });
      expect(error.expected).toBe('at most 3 after rankTolerance dropped 3 of 6');
      await expect(solve(few, { k: 3, rankTolerance: 1e-10, backend, spectrum: 'top' })).resolves.toBeDefined();
    }
  });

  it('refuses data that are zero, with or without a tolerance', async () => {
    const nothing = await viewMoments(Matrix.zeros(4, 2), gaussianViews(), { backend: 'js' });
    for (const options of [{}, { rankTolerance: 1e-10 }]) {
      const error = await failure(() => jointEmbedding(nothing, { k: 1, ...options, backend }));
      expect(error.code).toBe('SINGULAR');
    }
    const { eigenvalues } = await jointEmbedding(nothing, { k: 1, ridge: 1, backend });
    expect(eigenvalues).toBeCloseToArray([0, 0], 0);
  });

  it('keeps well-conditioned problems as they are under any small tolerance', async () => {
    const { moments } = problem;
    const plain = await jointEmbedding(moments, { k: 2, backend });
    for (const options of [{ rankTolerance: 0 }, { rankTolerance: 1e-12 }, { ridge: 0 }]) {
      const other = await jointEmbedding(moments, { k: 2, ...options, backend });
      expect(other.eigenvalues).toBeCloseToArray(plain.eigenvalues, 1e-12);
      expect(subspaceDistanceSync(other.encoder, plain.encoder).chordal).toBeLessThan(1e-10);
    }
  });

  it('solves nearly singular problems as long as they are not singular to working precision', async () => {
    const scales = Matrix.diagonal([1, 1e-2, 1e-5]);
    const moments = await viewMoments(
      product(inputs, scales),
      gaussianViews({ theta: product(scales, theta, scales) }),
      {
        target: targets,
        backend: 'js',
      },
    );
    const { eigenvalues } = await jointEmbedding(moments, { k: 1, backend });
    // The condition number is 1e10 from scaling alone, to which Cholesky whitening is blind.
    expect(eigenvalues).toBeCloseToArray((await jointEmbedding(problem.moments, { k: 1, backend })).eigenvalues, 1e-9);
  });

  describe('whitening', () => {
    const site = { backend: selectBackend(backend), control: {}, operation: 'test' };

    it('makes W (S + ridge·I) Wᵀ the identity', async () => {
      const second = problem.moments.second;
      for (const options of [{}, { ridge: 2 }, { rankTolerance: 1e-9 }, { ridge: 0.1, rankTolerance: 1e-9 }]) {
        const w = await whitening(site, 'S', second, options);
        const regular = plus(second, Matrix.identity(3), options.ridge ?? 0);
        expect(product(w, regular, w.transpose())).toBeCloseToArray(Matrix.identity(3), 1e-12);
      }
    });

    it('drops what is at or below the tolerance, no more and no less', async () => {
      const second = Matrix.diagonal([8, 4, 2, 1]);
      const rank = async (rankTolerance: number) => (await whitening(site, 'S', second, { rankTolerance })).rows;
      expect([await rank(0), await rank(0.12), await rank(0.13), await rank(0.26), await rank(0.51)]).toEqual([
        4, 4, 3, 2, 1,
      ]);
    });

    it('tells an indefinite matrix from a singular one', async () => {
      const error = await failure(() => whitening(site, 'the moment', Matrix.diagonal([1, -1]), {}));
      expect(error.code).toBe('NOT_POSITIVE_DEFINITE');
      expect(error.message).toContain('test: the moment is not positive definite along the direction 1.00·e1');
    });

    it('leaves the second moment alone', async () => {
      const second = Matrix.diagonal([2, 1]);
      await whitening(site, 'S', second, { ridge: 1 });
      expect(second).toEqual(Matrix.diagonal([2, 1]));
    });
  });
});

describe('the arithmetic around it', () => {
  it('counts directions', async () => {
    expect(() => checkDirections(3, 3, 5)).not.toThrow();
    expect((await failure(() => checkDirections(4, 3, 3))).expected).toBe('at most 3');
  });

  it('pads with zeros and sums squares', () => {
    expect(padded(Float64Array.of(2, 1), 4)).toEqual(Float64Array.of(2, 1, 0, 0));
    expect(sumOfSquares([3, 4, 12])).toBe(169);
    expect(sumOfSquares([3, 4, 12], 2)).toBe(25);
  });
});

/** tr(X̃ᵀX̃)/n less what the best decoder of an encoder explains, tr(K⁻¹ E Cᵀ C Eᵀ) with K = E S Eᵀ. */
function bestRisk(e: Matrix, second: Matrix, cross: Matrix): number {
  const white = product(inverseFactor(product(e, second, e.transpose())), e);
  return doubled.inputEnergy - energy(product(cross, white.transpose()));
}

/** L⁻¹ of a 2×2 matrix L Lᵀ. */
function inverseFactor(k: Matrix): Matrix {
  const l00 = Math.sqrt(k.get(0, 0));
  const l10 = k.get(1, 0) / l00;
  const l11 = Math.sqrt(k.get(1, 1) - l10 * l10);
  return times(
    Matrix.from([
      [l11, 0],
      [-l10, l00],
    ]),
    1 / (l00 * l11),
  );
}
