import type { StudyCell } from '../../src/study/cell.js';
import { summarise } from '../../src/study/summarise.js';
import type { Provenance, StudyRecord, Verdict } from '../../src/study/summary.js';

export const PROVENANCE: Provenance = {
  version: '0.1.0',
  commit: '52c0982',
  configHash: 'b1946ac92492d2347c6235b4d2611184',
  backend: 'native',
  blas: 'OpenBLAS 0.3.29 (SkylakeX)',
  kernel: 'avx512',
  threads: 2,
  cpu: 'Some CPU, 2 cores',
  node: 'v22.0.0',
  platform: 'linux x64',
  started: '2026-01-02T03:04:05.000Z',
  ended: '2026-01-02T03:04:06.500Z',
  seconds: 1.5,
  reused: 0,
};

const DATASET: StudyRecord['dataset'] = {
  name: 'built-in',
  id: '0123456789abcdef0123456789abcdef',
  rows: null,
  signalDims: 50,
  noiseDims: 50,
  target: 'classes',
};

/** The content of summary.json for finished cells. */
export function studyRecord(cells: readonly StudyCell[], changes: Partial<StudyRecord> = {}): StudyRecord {
  const grid = {
    problems: distinct(cells, (cell) => cell.problem),
    noise: distinct(cells, (cell) => cell.noise),
    theta: distinct(cells, (cell) => cell.theta),
    k: distinct(cells, (cell) => cell.k),
    alpha: distinct(cells, (cell) => cell.alpha),
    n: distinct(cells, (cell) => cell.n),
    seeds: distinct(cells, (cell) => cell.seed),
  };
  return { ...summarise(cells, [], { dataset: { ...DATASET }, grid }), provenance: PROVENANCE, ...changes };
}

/** The record with other verdicts; `agreement` stays. */
export function withVerdicts(record: StudyRecord, change: (verdict: Verdict) => Partial<Verdict>): StudyRecord {
  return { ...record, verdicts: record.verdicts.map((verdict) => ({ ...verdict, ...change(verdict) })) };
}

function distinct<T>(cells: readonly StudyCell[], key: (cell: StudyCell) => T): T[] {
  return [...new Set(cells.map(key))];
}
