import { describe, expect, it } from 'vitest';
import type { FailedCell, StudyCell } from '../../src/study/cell.js';
import { cellsCsv } from '../../src/study/csv-table.js';
import fc from '../support/properties.js';

const HEADER = 'problem,noise,theta,k,alpha,n,seed,distance,angle,threshold,recovers,error\r\n';

const cell = (changes: Partial<StudyCell> = {}): StudyCell => ({
  ...{ problem: 'reconstruction', noise: 1e6, theta: 1e4, k: 50, alpha: 0.1, n: 51200, seed: 2 },
  ...{ distance: 0.1 + 0.2, angle: 1e-9, threshold: -1 / 3, recovers: true },
  ...changes,
});

const failed = (message: string, seed = 0): FailedCell => {
  const { problem, noise, theta, k, alpha, n } = cell();
  return { problem, noise, theta, k, alpha, n, seed, error: { code: 'SINGULAR', message } };
};

/** By the grammar of RFC 4180, without regard for what the package reads. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? (bare as string));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('cellsCsv', () => {
  it('is a header alone without cells', () => expect(cellsCsv([], [])).toBe(HEADER));

  it('has every digit, and nothing for a threshold that is not there', () => {
    expect(cellsCsv([cell()], [])).toBe(
      `${HEADER}reconstruction,1000000,10000,50,0.1,51200,2,0.30000000000000004,1e-9,-0.3333333333333333,true,\r\n`,
    );
    expect(cellsCsv([cell({ problem: 'supervised', threshold: null })], [])).toContain('1e-9,,true,\r\n');
  });

  it('quotes what needs it: any message comes back', () => {
    expect(cellsCsv([], [failed('a "b", c\nd')])).toBe(
      `${HEADER}reconstruction,1000000,10000,50,0.1,51200,0,,,,,"SINGULAR: a ""b"", c\nd"\r\n`,
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a', 'é', ' ') }), (message) => {
        const rows = parse(cellsCsv([cell()], [failed(message)]));
        expect(rows).toHaveLength(3);
        expect(rows.every((row) => row.length === 12)).toBe(true);
        expect(rows[1]?.[11]).toBe(`SINGULAR: ${message}`);
      }),
    );
  });

  it('is in the order of the grid: regime, problem, α, n, seed; finished or not', () => {
    const cells = [
      cell({ noise: 1e3, problem: 'supervised' }),
      cell({ noise: 1e3 }),
      cell({ problem: 'joint-embedding', alpha: 10 }),
      cell({ seed: 0 }),
      cell({ seed: 2 }),
      cell({ seed: 10 }),
      cell({ alpha: 10, n: 100 }),
    ];
    const failures = [failed('no', 1)];
    const text = cellsCsv(cells, failures);
    expect(parse(text).map((row) => [row[0], row[1], row[4], row[5], row[6]].join(' '))).toEqual([
      'problem noise alpha n seed',
      'supervised 1000 0.1 51200 2',
      'reconstruction 1000 0.1 51200 2',
      'joint-embedding 1000000 10 51200 2',
      'reconstruction 1000000 0.1 51200 0',
      'reconstruction 1000000 0.1 51200 1',
      'reconstruction 1000000 0.1 51200 2',
      'reconstruction 1000000 0.1 51200 10',
      'reconstruction 1000000 10 100 2',
    ]);
    expect(cellsCsv(cells.toReversed(), failures)).toBe(text);
  });
});
