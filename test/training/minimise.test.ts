import { describe, expect, it } from 'vitest';
import { jointEmbedding } from '../../src/closed-form/joint-embedding.js';
import { reconstruction } from '../../src/closed-form/reconstruction.js';
import { supervised } from '../../src/closed-form/supervised.js';
import { EigenviewError } from '../../src/errors.js';
import { subspaceDistance } from '../../src/linalg/subspace-distance.js';
import { jointEmbeddingObjective } from '../../src/losses/joint-embedding-objective.js';
import { reconstructionObjective } from '../../src/losses/reconstruction-objective.js';
import { supervisedObjective } from '../../src/losses/supervised-objective.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { type Differentiable, type Minimum, minimise } from '../../src/training/minimise.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { maskViews } from '../../src/views/mask.js';
import { plus, product, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

/** ½ Σ cᵢ (wᵢ − tᵢ)². */
const bowl =
  (curvatures: number[], target: number[]): Differentiable =>
  ([w]) => {
    const off = Array.from((w as Matrix).data, (x, i) => x - (target[i] as number));
    const slopes = off.map((x, i) => x * (curvatures[i] as number));
    return {
      loss: off.reduce((sum, x, i) => sum + (x * (slopes[i] as number)) / 2, 0),
      gradients: [Matrix.from([slopes])],
    };
  };

const rosenbrock: Differentiable = ([a, b]) => {
  const [x, y] = [(a as Matrix).get(0, 0), (b as Matrix).get(0, 0)];
  const off = y - x * x;
  return {
    loss: (1 - x) ** 2 + 100 * off * off,
    gradients: [Matrix.from([[-2 * (1 - x) - 400 * x * off]]), Matrix.from([[200 * off]])],
  };
};

function expectFalling({ losses, loss, steps }: Minimum): void {
  expect(losses.length).toBe(steps + 1);
  expect(losses.at(-1)).toBe(loss);
  for (const [i, value] of losses.slice(1).entries()) expect(value).toBeLessThan(losses[i] as number);
}

describe('minimise', () => {
  it('finds the bottom of a bowl whose curvatures differ a thousandfold', async () => {
    const found = await minimise(bowl([1, 30, 1000], [3, -2, 0.5]), Matrix.from([[0, 0, 0]]), { tolerance: 1e-10 });
    expect(found.reason).toBe('converged');
    expect(found.gradientNorm).toBeLessThanOrEqual(1e-10);
    // The gradient is at least the distance.
    expect(found.parameters[0]).toBeCloseToArray([3, -2, 0.5], 1e-10);
    expect(found.steps).toBeLessThan(60);
    expectFalling(found);
  });

  it('follows the valley of Rosenbrock from the classical start', async () => {
    const start = [Matrix.from([[-1.2]]), Matrix.from([[1]])];
    const found = await minimise(rosenbrock, start);
    expect(found.reason).toBe('converged');
    expect(found.parameters.map((w) => w.get(0, 0))).toBeCloseToArray([1, 1], 1e-7);
    expect(found.steps).toBeLessThan(60);
    expectFalling(found);
    const steepest = await minimise(rosenbrock, start, { memory: 0, maxSteps: 60 });
    expect(steepest.reason).toBe('maxSteps');
    expect(steepest.steps).toBe(60);
    expectFalling(steepest);
    expect(steepest.loss).toBeGreaterThan(1e-3);
  });

  it('shortens steps into places that have no loss', async () => {
    // x − log x, minimal at 1; left of 0 a NaN, or an overflow as the objectives report it.
    for (const nothing of [
      () => ({ loss: Number.NaN, gradients: [Matrix.from([[0]])] }),
      () => {
        throw new EigenviewError('OUT_OF_RANGE', 'overflows');
      },
      () => {
        throw new EigenviewError('SINGULAR', 'no inverse', { argument: 'w' });
      },
    ]) {
      let fell = 0;
      const found = await minimise(
        ([w]) => {
          const x = (w as Matrix).get(0, 0);
          if (x <= 0) fell++;
          return x <= 0 ? nothing() : { loss: 50 * (x - Math.log(x)), gradients: [Matrix.from([[50 - 50 / x]])] };
        },
        // Nearly straight there: the second step leads far beyond 0.
        Matrix.from([[30]]),
        { tolerance: 1e-5 },
      );
      expect(found.reason).toBe('converged');
      expect(fell).toBeGreaterThan(0);
      // The curvature is 50.
      expect(found.parameters[0]?.get(0, 0)).toBeCloseTo(1, 6);
      expectFalling(found);
    }
  });

  it('stalls where rounding hides any descent', async () => {
    const flat: Differentiable = () => ({ loss: 1, gradients: [Matrix.from([[1]])] });
    const found = await minimise(flat, Matrix.from([[2]]));
    expect(found).toMatchObject({ reason: 'stalled', steps: 0, loss: 1 });
    expect(found.parameters[0]).toEqual(Matrix.from([[2]]));
  });

  it('does nothing at a minimum, and leaves its start', async () => {
    const start = Matrix.from([[3, -2]]);
    const found = await minimise(bowl([1, 1], [3, -2]), start);
    expect(found).toMatchObject({ reason: 'converged', steps: 0 });
    expect(found.parameters[0]).not.toBe(start);
  });

  it('ends when aborted', async () => {
    const controller = new AbortController();
    let calls = 0;
    const counted: Differentiable = (parameters) => {
      if (++calls === 5) controller.abort();
      return rosenbrock(parameters);
    };
    const start = [Matrix.from([[-1.2]]), Matrix.from([[1]])];
    const found = await minimise(counted, start, { signal: controller.signal });
    expect(found.reason).toBe('aborted');
    expect(found.steps).toBeLessThan(5);
    await expect(minimise(rosenbrock, start, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });

  it('lets timers have their turn', async () => {
    // A slope without an end.
    const slope: Differentiable = ([w]) => {
      const x = (w as Matrix).get(0, 0);
      return { loss: Math.log1p(Math.exp(-x)), gradients: [Matrix.from([[-1 / (1 + Math.exp(x))]])] };
    };
    const limits = { memory: 0, tolerance: 0, maxSteps: 1e6, signal: AbortSignal.timeout(30) };
    expect((await minimise(slope, Matrix.from([[-20]]), limits)).reason).toBe('aborted');
  });

  it('refuses what is none', async () => {
    const w = Matrix.from([[1]]);
    const call = (...args: unknown[]) => failure(() => minimise(...(args as Parameters<typeof minimise>)));
    expect((await call(3, w)).argument).toBe('objective');
    expect((await call(rosenbrock, [])).code).toBe('EMPTY');
    expect((await call(rosenbrock, [w, [[1]]])).argument).toBe('start[1]');
    expect((await call(() => ({ loss: 1, gradients: [] }), w)).code).toBe('INVALID_ARGUMENT');
    expect((await call(() => undefined, w)).code).toBe('INVALID_ARGUMENT');
    expect((await call(() => ({ loss: 1, gradients: [Matrix.zeros(2, 1)] }), w)).code).toBe('SHAPE_MISMATCH');
    expect((await call(() => ({ loss: Number.NaN, gradients: [w] }), w)).code).toBe('NOT_FINITE');
    const thrown = await call(() => {
      throw new RangeError('mine');
    }, w);
    expect(thrown.code).toBe('CUSTOM_FAILED');
    expect((thrown.cause as Error).message).toBe('mine');
    expect((await call(rosenbrock, w, { tolerance: -1 })).code).toBe('OUT_OF_RANGE');
    expect((await call(rosenbrock, w, { maxSteps: 0.5 })).code).toBe('INVALID_ARGUMENT');
    expect((await call(rosenbrock, w, { rate: 1 })).code).toBe('UNKNOWN_OPTION');
  });
});

describe('descent on the linear problems reaches the closed forms and never goes below', async () => {
  const x = product(normals(1, 40, 5), Matrix.diagonal([3, 2, 1.5, 1, 0.7]));
  const y = plus(product(x, normals(2, 5, 3)), normals(3, 40, 3), 0.5);
  const processes = {
    gaussian: gaussianViews({ theta: new Float64Array([0.2, 1, 0.1, 2, 0.5]), gamma: 0.3, alpha: 1.5 }),
    masks: maskViews({ keep: 0.7 }),
  };
  /** Loss, against the closed form's, over the whole descent and at its end. */
  const expectReached = (found: Minimum, optimum: number) => {
    expectFalling(found);
    // Rounding: some hundred products of numbers no larger than the energies.
    expect(found.loss).toBeGreaterThan(optimum - 1e-12 * (1 + (found.losses[0] as number)));
    expect(found.loss - optimum).toBeLessThan(1e-6);
  };

  for (const [name, process] of Object.entries(processes)) {
    for (const ridge of [0, 0.5]) {
      const moments = await viewMoments(x, process, { target: y });

      it(`supervised, ${name}, ridge ${ridge}`, async () => {
        const { weights, risk } = await supervised(moments, { ridge });
        const least = (await supervisedObjective(moments, { weights, ridge })).loss;
        if (ridge === 0) expect(least).toBeCloseTo(risk, 10);
        const found = await minimise(
          ([w]) => supervisedObjective(moments, { weights: w as Matrix, ridge }),
          normals(4, 3, 5),
        );
        expectReached(found, least);
        expect(found.parameters[0]).toBeCloseToArray(weights, 1e-6);
      });

      it(`reconstruction, ${name}, ridge ${ridge}`, async () => {
        const { encoder, decoder } = await reconstruction(moments, { k: 2, ridge });
        const least = (await reconstructionObjective(moments, { encoder, decoder, ridge })).loss;
        const found = await minimise(
          ([e, d]) => reconstructionObjective(moments, { encoder: e as Matrix, decoder: d as Matrix, ridge }),
          [times(normals(5, 2, 5), 0.3), times(normals(6, 5, 2), 0.3)],
        );
        expectReached(found, least);
        const [e, d] = found.parameters as [Matrix, Matrix];
        expect(product(d, e)).toBeCloseToArray(product(decoder, encoder), 1e-5);
      });

      it(`joint embedding, ${name}, ridge ${ridge}`, async () => {
        const { encoder } = await jointEmbedding(moments, { k: 2, ridge });
        const least = (await jointEmbeddingObjective(moments, { encoder, ridge })).loss;
        const found = await minimise(
          ([w]) => jointEmbeddingObjective(moments, { encoder: w as Matrix, ridge }),
          normals(7, 2, 5),
        );
        expectReached(found, least);
        const { chordal } = await subspaceDistance(found.parameters[0] as Matrix, encoder);
        expect(chordal).toBeLessThan(1e-5);
      });
    }
  }
});
