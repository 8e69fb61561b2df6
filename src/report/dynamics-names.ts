/** How canonical modes are called: u₁ is the first. */
import type { Field } from '../backends/dynamics.js';

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

export const FLOW_NAMES: Record<Field['kind'], string> = {
  simsiam: 'SimSiam',
  peira: 'PEIRA',
  'linear-simsiam': 'Linear SimSiam',
  'deep-linear': 'Deep linear networks',
};

/** Groups of modes of equal correlation, two and more in each: any rotation within a group is canonical too. */
export type Ties = readonly (readonly number[])[];

/** @param index from 0 */
export function modeName(index: number): string {
  return `u${String(index + 1).replace(/\d/g, (digit) => SUBSCRIPTS.charAt(Number(digit)))}`;
}

/** Such as u₁–u₃, u₅; of none, `nothing`; of a tie that is held in part, how many: u₁, 1 of (u₂, u₃). */
export function modesName(indices: readonly number[], ties: Ties = []): string {
  return indices.length === 0 ? 'nothing' : named(indices, ties);
}

/** The same by bare numbers, where there is little room: 1–3,5 and 1+1 of 2,3. */
export function modeNumbers(indices: readonly number[], ties: Ties = []): string {
  const { whole, cut } = parted(indices, ties);
  const name = (modes: readonly number[]) => runNames(modes, (index) => String(index + 1), ',');
  return [...(whole.length > 0 ? [name(whole)] : []), ...cut.map(({ tie, held }) => `${held} of ${name(tie)}`)].join(
    '+',
  );
}

/** Identity of a selection of modes: of tied ones only how many they are. */
export function modesKey(indices: readonly number[], ties: Ties = []): string {
  return sorted(indices)
    .map((index) => {
      const tie = ties.find((group) => group.includes(index)) ?? [];
      const before = indices.filter((other) => other < index && tie.includes(other)).length;
      return tie[before] ?? index;
    })
    .join(' ');
}

function named(indices: readonly number[], ties: Ties): string {
  const { whole, cut } = parted(indices, ties);
  const parts = [
    ...runs(whole).map(([first, last]) => ({ first, text: runName(first, last, modeName, ', ') })),
    ...cut.map(({ tie, held }) => ({ first: tie[0] as number, text: `${held} of (${runNames(tie, modeName, ', ')})` })),
  ];
  return parts
    .sort((a, b) => a.first - b.first)
    .map(({ text }) => text)
    .join(', ');
}

/** Ties that are held in part, and all other modes, ascending. */
function parted(indices: readonly number[], ties: Ties) {
  const cut = ties
    .map((tie) => ({ tie, held: tie.filter((index) => indices.includes(index)).length }))
    .filter(({ tie, held }) => held > 0 && held < tie.length);
  return { cut, whole: sorted(indices.filter((index) => !cut.some(({ tie }) => tie.includes(index)))) };
}

function runNames(indices: readonly number[], name: (index: number) => string, comma: string): string {
  return runs(indices)
    .map(([first, last]) => runName(first, last, name, comma))
    .join(comma);
}

function runName(first: number, last: number, name: (index: number) => string, comma: string): string {
  if (first === last) return name(first);
  return `${name(first)}${last - first === 1 ? comma : '–'}${name(last)}`;
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

function sorted(indices: readonly number[]): number[] {
  return [...indices].sort((a, b) => a - b);
}
