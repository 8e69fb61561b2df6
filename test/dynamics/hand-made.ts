/** Pairs of views that are nothing but their M. */
import type { ViewPair } from '../../src/dynamics/pairs/view-pair.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { product, symmetrised } from '../support/algebra.js';
import { orthogonal } from '../support/normals.js';

export function pairOf(gram: Matrix, exchangeable = true): ViewPair {
  return {
    name: 'hand-made',
    gram,
    exchangeable,
    centered: false,
    dimensions: { x: 1, y: 1 },
    evaluate: () => {
      throw new Error('a hand-made pair has no points');
    },
  };
}

/** An exchangeable pair with these correlations, in a random dictionary. */
export function symmetricPair(correlations: readonly number[], seed = 1): ViewPair {
  const q = orthogonal(seed, correlations.length);
  return pairOf(symmetrised(product(q, Matrix.diagonal(correlations), q.transpose())));
}

/** A pair with these correlations and dictionaries of mx and my functions. */
export function rectangularPair(correlations: readonly number[], mx: number, my: number, seed = 1): ViewPair {
  const middle = Matrix.zeros(mx, my);
  correlations.forEach((s, i) => {
    middle.data[i * my + i] = s;
  });
  return pairOf(product(orthogonal(seed, mx), middle, orthogonal(seed + 1, my)), false);
}

/** Indices and roots of an equilibrium's modes, as in '0 1l'. */
export function modesOf({ modes }: { modes: readonly { index: number; root: string }[] }): string {
  return modes.map(({ index, root }) => `${index}${root === 'lower' ? 'l' : ''}`).join(' ');
}
