import type { Threshold } from '../thresholds/alignment.js';
import type { StudyCell } from './cell.js';
import { groupBy, inGridOrder, regimeKey, regimeOf } from './order.js';
import type { Advice, Need, SeedThresholds } from './summary.js';
import { thresholdOf } from './verdict.js';

/** The methods' thresholds in each seed that has one. */
export function thresholdsOf(cells: readonly StudyCell[]): SeedThresholds[] {
  const seeds = groupBy(cells, (cell) => `${regimeKey(cell)} ${cell.seed}`);
  const all = [...seeds.values()].flatMap((seed): SeedThresholds[] => {
    const of = (problem: StudyCell['problem']) => thresholdOf(seed.filter((cell) => cell.problem === problem));
    const [reconstruction, jointEmbedding] = [of('reconstruction'), of('joint-embedding')];
    if (reconstruction === null && jointEmbedding === null) return [];
    const first = seed[0] as StudyCell;
    const thresholds = { reconstruction: threshold(reconstruction), jointEmbedding: threshold(jointEmbedding) };
    return [{ ...regimeOf(first), seed: first.seed, ...thresholds }];
  });
  return inGridOrder(all);
}

function threshold(alphaSquared: number | null): Threshold | null {
  if (alphaSquared === null) return null;
  return { alphaSquared, alpha: Math.sqrt(Math.max(0, alphaSquared)), always: alphaSquared < 0 };
}

/** For each regime, what alignment each method needs, over the seeds, and which to prefer. */
export function adviceFrom(thresholds: readonly SeedThresholds[]): Advice[] {
  return [...groupBy(thresholds, regimeKey).values()].map((seeds) => {
    const reconstruction = seeds.flatMap((seed) => seed.reconstruction ?? []);
    const jointEmbedding = seeds.flatMap((seed) => seed.jointEmbedding ?? []);
    const prefer = preference(seeds);
    const conclusion = prefer === null ? '' : `: ${CONCLUSIONS[prefer]}`;
    return {
      ...regimeOf(seeds[0] as SeedThresholds),
      reconstruction: range(reconstruction),
      jointEmbedding: range(jointEmbedding),
      prefer,
      words: `at this noise ${needs(reconstruction, jointEmbedding)}${conclusion}`,
    };
  });
}

const CONCLUSIONS: Record<NonNullable<Advice['prefer']>, string> = {
  reconstruction: 'prefer reconstruction',
  'joint-embedding': 'prefer joint embedding',
  either: 'either will do',
  'depends on the seed': 'which one to prefer depends on the seed',
};

function range(seeds: readonly Threshold[]): Need | null {
  if (seeds.length === 0) return null;
  const alphas = seeds.map(({ alpha }) => alpha);
  return { low: Math.min(...alphas), high: Math.max(...alphas), always: seeds.every(({ always }) => always) };
}

/** By the signed squares: where every α recovers with both, clipped at 0 they would tie. */
function preference(seeds: readonly SeedThresholds[]): Advice['prefer'] {
  const signs = seeds.flatMap(({ reconstruction, jointEmbedding }) =>
    reconstruction === null || jointEmbedding === null
      ? []
      : Math.sign(reconstruction.alphaSquared - jointEmbedding.alphaSquared),
  );
  if (signs.length === 0) return null;
  if (signs.every((sign) => sign === 0)) return 'either';
  if (signs.every((sign) => sign <= 0)) return 'reconstruction';
  return signs.every((sign) => sign >= 0) ? 'joint-embedding' : 'depends on the seed';
}

function needs(reconstruction: readonly Threshold[], jointEmbedding: readonly Threshold[]): string {
  if (jointEmbedding.length === 0) return `reconstruction ${need(reconstruction)}`;
  if (reconstruction.length === 0) return `joint embedding ${need(jointEmbedding)}`;
  const [first, second] = [need(reconstruction), need(jointEmbedding)];
  if (first === ALWAYS && second === ALWAYS) return 'both reconstruction and joint embedding recover at every α';
  // Said once, "needs" serves both.
  return `reconstruction ${first}, joint embedding ${first === ALWAYS ? second : second.replace(/^needs /, '')}`;
}

const ALWAYS = 'recovers at every α';

function need(seeds: readonly Threshold[]): string {
  const needy = seeds.filter(({ always }) => !always);
  if (needy.length === 0) return ALWAYS;
  const { low, high } = range(needy) as Need;
  const [from, to] = [low, high].map(digits) as [string, string];
  const rest = seeds.length - needy.length;
  const exception = rest === 0 ? '' : ` (in ${rest} of ${seeds.length} seeds every α recovers)`;
  return `needs α > ${from === to ? to : `${from} to ${to}`}${exception}`;
}

/** Three significant digits. */
function digits(alpha: number): string {
  return String(Number(alpha.toPrecision(3)));
}
