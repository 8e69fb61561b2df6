/** How canonical modes are called: u₁ is the first. */
import type { Field } from '../backends/dynamics.js';

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

export const FLOW_NAMES: Record<Field['kind'], string> = {
  simsiam: 'SimSiam',
  peira: 'PEIRA',
  'linear-simsiam': 'Linear SimSiam',
  'deep-linear': 'Deep linear networks',
};

/** @param index from 0 */
export function modeName(index: number): string {
  return `u${String(index + 1).replace(/\d/g, (digit) => SUBSCRIPTS.charAt(Number(digit)))}`;
}

/** Such as u₁–u₃, u₅; of none, `nothing`. */
export function modesName(indices: readonly number[]): string {
  if (indices.length === 0) return 'nothing';
  return runs([...indices].sort((a, b) => a - b))
    .map(([first, last]) => {
      if (first === last) return modeName(first);
      return `${modeName(first)}${last - first === 1 ? ', ' : '–'}${modeName(last)}`;
    })
    .join(', ');
}

/** Ascending indices as ranges of neighbours. */
function runs(indices: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  for (const index of indices) {
    const latest = found.at(-1);
    if (latest !== undefined && latest[1] === index - 1) latest[1] = index;
    else found.push([index, index]);
  }
  return found;
}

/** Identity of a selection of modes. */
export function modesKey(indices: readonly number[]): string {
  return [...indices].sort((a, b) => a - b).join(' ');
}
