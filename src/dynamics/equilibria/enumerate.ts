/** Every family of equilibria: a choice of modes, and of a root for each. */
import { EigenviewError } from '../../errors.js';
import type { Pick } from './family.js';
import { verdictOf } from './family.js';
import type { Theory } from './theory.js';

/** More families than anybody reads. */
const MOST_FAMILIES = 100_000;

/** All choices of at most `maxModes` modes. @throws EigenviewError `TOO_LARGE`, before the first is made */
export function allPicks(theory: Theory, maxModes: number, roots: 'all' | 'upper'): Pick[][] {
  const choices = theory.roots
    .map((all, mode) => all.slice(0, roots === 'upper' ? 1 : 2).map((root) => ({ mode, root })))
    .filter((picks) => picks.length > 0);
  if (
    countChoices(
      choices.map(({ length }) => length),
      maxModes,
    ) > MOST_FAMILIES
  )
    throw tooMany();
  let found: Pick[][] = [[]];
  for (const picks of choices) {
    const extensible = found.filter(({ length }) => length < maxModes);
    found = found.concat(...picks.map((pick) => extensible.map((others) => [...others, pick])));
  }
  return found;
}

/** Σ_{r ≤ maxModes} of the elementary symmetric polynomials of the numbers of roots. */
function countChoices(rootCounts: readonly number[], maxModes: number): number {
  const ofSize = new Float64Array(maxModes + 1);
  ofSize[0] = 1;
  for (const count of rootCounts) {
    for (let r = maxModes; r > 0; r--) ofSize[r] = (ofSize[r] as number) + count * (ofSize[r - 1] as number);
  }
  return ofSize.reduce((sum, n) => sum + n, 0);
}

/**
 * The stable choices alone, without going through the others. A mode displaces only those of smaller predictor (up to
 * ties), so that, decided from the largest amplitude down, a choice that breaks the rule is dropped where it does.
 */
export function stablePicks(theory: Theory, maxModes: number): Pick[][] {
  const candidates: Pick[] = theory.roots
    .flatMap(([root], mode) => (root === undefined ? [] : [{ mode, root }]))
    .sort((a, b) => b.root.amplitude - a.root.amplitude || a.mode - b.mode);
  const found: Pick[][] = [];
  let visited = 0;
  const decide = (at: number, picked: Pick[], left: number[]): void => {
    const candidate = candidates[at];
    if (candidate === undefined) {
      if (++visited > MOST_FAMILIES) throw tooMany();
      if (verdictOf(theory, picked) === 'stable') found.push(picked);
      return;
    }
    const { mode } = candidate;
    const withstands = left.every((other) => theory.invasion(mode, other) < 0);
    if (picked.length < maxModes && withstands) decide(at + 1, [...picked, candidate], left);
    const canFill = Math.min(maxModes, picked.length + candidates.length - at - 1) >= theory.most;
    const stays = theory.growth(mode) < 0 || canFill;
    if (stays && picked.every((pick) => theory.invasion(pick.mode, mode) < 0)) decide(at + 1, picked, [...left, mode]);
  };
  decide(0, [], []);
  return found;
}

function tooMany(): EigenviewError {
  return new EigenviewError('TOO_LARGE', `There are more than ${MOST_FAMILIES} families of equilibria.`, {
    argument: 'options',
    expected: `such that there are at most ${MOST_FAMILIES}`,
    fix: "Ask for { stable: true } only, { roots: 'upper' }, or fewer modes by { maxModes }.",
  });
}
