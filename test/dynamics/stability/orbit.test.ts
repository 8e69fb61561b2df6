import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../src/dynamics/flows/layout.js';
import { orbitTangents } from '../../../src/dynamics/stability/orbit.js';
import { svdSync } from '../../../src/linalg/svd.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { plus, product, times } from '../../support/algebra.js';
import { normals } from '../../support/normals.js';

describe('the orbit of O(k)', () => {
  it('has dimension k r − r(r + 1)/2 through encoders of rank r', () => {
    const [k, d] = [4, 6];
    for (let r = 0; r <= k; r++) {
      const state = product(normals(r + 1, k, r || 1), times(normals(9, r || 1, d), r === 0 ? 0 : 1));
      const { s } = svdSync(orbitTangents(state, layoutOf(k, [d], false, 1)) as Matrix);
      expect(s.filter((x) => x > 1e-10)).toHaveLength(k * r - (r * (r + 1)) / 2);
    }
  });

  it('is tangent to rotations of encoder and predictor', () => {
    const layout = layoutOf(3, [4], true, 1);
    const state = normals(2, 3, 7);
    const tangents = orbitTangents(state, layout) as Matrix;
    const pairs = [
      [1, 0],
      [2, 0],
      [2, 1],
    ] as const;
    pairs.forEach(([i, j], row) => {
      const skew = Matrix.zeros(3, 3);
      skew.data[i * 3 + j] = 1;
      skew.data[j * 3 + i] = -1;
      const part = (from: number, cols: number) =>
        Matrix.from(state.toArray().map((values) => values.slice(from, from + cols)));
      const p = part(0, 3);
      const moved = [plus(product(skew, p), product(p, skew), -1).toArray(), product(skew, part(3, 4)).toArray()];
      const expected = skew.toArray().flatMap((_, r) => [...(moved[0]?.[r] ?? []), ...(moved[1]?.[r] ?? [])]);
      expect(tangents.row(row)).toBeCloseToArray(expected, 1e-14);
    });
  });

  it('is discrete for one output', () => {
    expect(orbitTangents(normals(1, 1, 3), layoutOf(1, [3], false, 1))).toBeUndefined();
  });
});
