/** Rule 5: what native code finds out arrives as a coded error, with the stack of the call. */
import { describe, expect, test } from 'vitest';
import { EigenviewError, eig, eighBatch, inverseSqrt, Matrix, svdBatch } from '../../src/index.js';
import { product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { orthogonal } from '../support/normals.js';
import { named } from './functions.js';
import { rejection } from './refusal.js';

const one = Matrix.identity(2);
const indefinite = Matrix.from([
  [1, 2],
  [2, 1],
]);
const twins = Matrix.from([
  [1, 1],
  [1, 1],
]);
const zero = Matrix.zeros(2, 2);
const three = Matrix.from([
  [1, 0],
  [0, 1],
  [1, 1],
]);

/** Singular, and more than is done in place: it fails on another thread. */
const large = new Matrix(200, 200, new Float64Array(200 * 200).fill(1));

/** Where `twins` is singular and `indefinite` negative. */
const blamed = Float64Array.of(Math.SQRT1_2, -Math.SQRT1_2);

const failing: [name: string, args: unknown[], code: string, direction?: Float64Array][] = [
  ['cholesky', [indefinite], 'NOT_POSITIVE_DEFINITE', blamed],
  ['cholesky', [twins], 'NOT_POSITIVE_DEFINITE', blamed],
  ['cholesky', [large], 'NOT_POSITIVE_DEFINITE'],
  ['inverseSqrt', [indefinite], 'NOT_POSITIVE_DEFINITE', blamed],
  ['inverseSqrt', [twins], 'SINGULAR', blamed],
  ['inverseSqrt', [zero, { rankTolerance: 0 }], 'SINGULAR'],
  ['inverseSqrt', [large], 'SINGULAR'],
  ['eigh', [one, { b: indefinite }], 'NOT_POSITIVE_DEFINITE', blamed],
  ['eigh', [one, { b: twins }], 'SINGULAR', blamed],
  ['solve', [twins, one], 'SINGULAR'],
  ['solve', [large, large], 'SINGULAR'],
  ['subspaceDistance', [twins, one], 'SINGULAR'],
  ['subspaceDistance', [one, three], 'SINGULAR'],
];

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(failing)('%s, case %#', async (name, args, code, direction) => {
    const f = named(name);
    const options = args.find((arg) => !(arg instanceof Matrix));
    const all = [...args.filter((arg) => arg instanceof Matrix), { ...(options as object), backend }];
    for (const call of [() => rejection(f, all), () => f.now?.(...all)]) {
      const error = await failure(call);
      expect(error.code).toBe(code);
      expect(error.fix).toBeDefined();
      expect(error.message).toContain(name === 'subspaceDistance' ? error.argument : name);
      if (direction !== undefined) expect(error.direction).toBeCloseToArray(direction, 1e-12);
    }
  });

  test('the direction of a singular matrix is one that it takes to zero', async () => {
    const q = orthogonal(1, 6);
    const a = product(q.transpose(), Matrix.diagonal([5, 4, 3, 2, 1, 0]), q);
    const symmetric = new Matrix(
      6,
      6,
      a.data.map((x, i) => (x + (a.transpose().data[i] as number)) / 2),
    );
    const error = await failure(() => inverseSqrt(symmetric, { backend }));
    const direction = new Matrix(6, 1, error.direction as Float64Array);
    expect(product(direction.transpose(), direction).get(0, 0)).toBeCloseTo(1, 12);
    expect(product(symmetric, direction)).toBeCloseToArray(new Float64Array(6), 1e-14 * 5 * 6);
    expect(error.message).toMatch(/along the direction -?\d\.\d\d·e\d/);
  });
});

/** Finite numbers whose singular values and eigenvalues are not. */
const huge = Matrix.from([
  [1.7e308, 1.7e308],
  [1.7e308, 1.7e308],
]);

test.each(['svd', 'eigh', 'eig'])('%s whose values overflow fails instead of returning them', async (name) => {
  const f = named(name);
  for (const call of [() => rejection(f, [huge]), () => f.now?.(huge)]) {
    expect(await failure(call)).toMatchObject({ code: 'OUT_OF_RANGE', fix: expect.stringContaining('Rescale') });
  }
});

test.each([
  ['svdBatch', svdBatch],
  ['eighBatch', eighBatch],
] as const)('%s names the place of the matrix that fails, whichever job meets it', async (_, batch) => {
  for (const place of [0, 3, 999]) {
    const stack = Array.from({ length: 1000 }, (_, i) => (i === place ? huge : one));
    const error = await failure(() => batch(stack));
    expect(error.code).toBe('OUT_OF_RANGE');
    expect(error.message).toContain(`matrix ${place} of the stack`);
  }
});

test('a decomposition that is wrong is not returned', async () => {
  // Numbers so far apart that scaling rows and columns against each other loses the large ones.
  const graded = Matrix.from([
    [1, 1e-300, 1e-150],
    [1e-150, 1e-300, 1],
    [1e-150, 1e-300, 1],
  ]);
  for (const backend of BACKENDS) {
    const outcome = await eig(graded, { backend }).catch((error: unknown) => error);
    if (outcome instanceof EigenviewError) expect(outcome.code).toBe('NO_CONVERGENCE');
    else expect((outcome as { residual: number }).residual).toBeLessThan(1e-8);
  }
});

describe('the stack of an error leads to the call', () => {
  const frames = (error: EigenviewError) => String(error.stack).split('\n');

  function expectCaller(error: EigenviewError): void {
    expect(frames(error)[0]).toContain(`EigenviewError: ${error.message.slice(0, 20)}`);
    expect(error.stack).toContain('failures.test.ts');
  }

  const f = named('inverseSqrt');

  test.each([
    ['on this thread', [twins]],
    ['on another thread', [large]],
    ['before the call', [new Matrix(2, 3)]],
  ] as const)('awaited: found %s', async (_, args) => {
    expectCaller(await failure(() => rejection(f, [...args])));
    try {
      await f.later(...args);
    } catch (error) {
      expectCaller(error as EigenviewError);
    }
  });

  test.each([
    ['on this thread', [twins]],
    ['on another thread', [large]],
    ['before the call', [new Matrix(2, 3)]],
  ] as const)('not awaited: found %s', async (_, args) => {
    const caught = new Promise<EigenviewError>((resolve) => {
      rejection(f, [...args]).catch(resolve);
    });
    expectCaller(await caught);
  });

  test('of a synchronous call', () => {
    for (const a of [twins, large]) {
      try {
        f.now?.(a);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(EigenviewError);
        expectCaller(error as EigenviewError);
      }
    }
  });
});
