import { describe, expect, it } from 'vitest';
import { reluFeatures } from '../../../src/dynamics/dictionaries/relu-features.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { product } from '../../support/algebra.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals } from '../../support/normals.js';

describe.each(BACKENDS)('reluFeatures on %s', (backend) => {
  it('approximates the arc-cosine kernel of [x | 1]', async () => {
    const points = normals(1, 6, 2);
    const count = 40_000;
    const dictionary = reluFeatures({ dimension: 2, count, seed: 3, constant: true });
    const f = await dictionary.features(points, { backend });
    expect(f.row(0)[count]).toBe(1);
    const received = product(f, f.transpose());
    const z = points.toArray().map((row) => [...row, 1]);
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
    const expected = z.flatMap((a) =>
      z.map((b) => {
        const [p, q] = [Math.sqrt(dot(a, a)), Math.sqrt(dot(b, b))];
        const angle = Math.acos(Math.min(1, dot(a, b) / (p * q)));
        return 1 + (p * q * (Math.sin(angle) + (Math.PI - angle) * Math.cos(angle))) / Math.PI;
      }),
    );
    // Standard deviations of a product are below √5 ‖z‖², of the mean that over 200; z are below 3.
    expect(received).toBeCloseToArray(expected, (4 * Math.sqrt(5) * 9) / 200);
  });
});

describe('reluFeatures', () => {
  it.each([
    ['OUT_OF_RANGE', { dimension: 1, count: 0, seed: 1 }],
    ['INVALID_ARGUMENT', { dimension: 1, count: 5 }],
    ['UNKNOWN_OPTION', { dimension: 1, count: 5, seed: 1, bandwidth: 1 }],
  ])('refuses: %s', async (code, options) => {
    expect((await failure(() => reluFeatures(options as never))).code).toBe(code);
  });

  it('is a function of the seed', () => {
    const of = (seed: number) => reluFeatures({ dimension: 1, count: 4, seed }).featuresSync(Matrix.from([[0.3]]));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});
