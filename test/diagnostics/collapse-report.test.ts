import { describe, expect, it } from 'vitest';
import { collapseReport } from '../../src/diagnostics/collapse-report.js';
import { rankMe } from '../../src/diagnostics/rank-me.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { fixture } from './fixture.js';

const n = 200;
const d = 16;
const healthy = normals(1, n, d);
const ones = new Matrix(n, 1, new Float64Array(n).fill(1));
const constant = product(ones, normals(2, 1, d));
const flat = product(normals(3, n, 2), normals(4, 2, d));
const dying = new Matrix(
  n,
  d,
  healthy.data.map((x, at) => (at % d < 6 ? 1e-4 * x : x)),
);
/** One number in all dimensions, and a little of their own. */
const repeated = plus(product(normals(5, n, 1), new Matrix(1, d, new Float64Array(d).fill(1))), healthy, 0.6);

describe.each(BACKENDS)('collapseReport, %s', (backend) => {
  it.each([
    ['healthy', healthy, /^No collapse: the effective rank is 15/],
    ['complete-collapse', plus(constant, healthy, 1e-4), /^Complete collapse: .* of their length/],
    ['complete-collapse', Matrix.zeros(n, d), /^Complete collapse: all embeddings are the same\.$/],
    ['complete-collapse', constant, /^Complete collapse: all embeddings are the same\.$/],
    ['low-variance', plus(constant, healthy, 0.05), /^Low variance: /],
    ['dimensional-collapse', flat, /The effective rank is (1|2)[.\d]* of at most 16/],
    ['dimensional-collapse', dying, /6 of 16 dimensions are dead/],
    ['dimensional-collapse', repeated, /Dimensions repeat each other: they correlate by 0\.[67]/],
  ] as const)('says %s', async (verdict, z, words) => {
    const report = await collapseReport(z, { backend });
    expect(report.verdict).toBe(verdict);
    expect(report.words).toMatch(words);
    expect(Object.values(report.measures).flat().every(Number.isFinite)).toBe(true);
  });

  it('names dead dimensions, and one alone does not make a collapse', async () => {
    const one = new Matrix(
      n,
      d,
      healthy.data.map((x, at) => (at % d === 3 ? 7 : x)),
    );
    const { verdict, words, measures } = await collapseReport(one, { backend });
    expect([verdict, measures.deadDimensions]).toEqual(['healthy', [3]]);
    expect(words).toContain('Dimension 3 is dead.');
    expect((await collapseReport(dying, { backend })).measures.deadDimensions).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('measures what the functions of their own do', async () => {
    const { z, z2, groups } = fixture;
    const { measures, words } = await collapseReport(z, { z2, groups, backend });
    expect(measures.rankMe).toBe(await rankMe(z, { backend }));
    expect(measures.lidar).toBeCloseTo(fixture.lidar, 9);
    expect(measures.alignment).toBeCloseTo(fixture.alignment[2] as number, 12);
    expect(measures.effectiveRank).toBeCloseTo(fixture.spectrum.effectiveRank, 11);
    expect(words).toMatch(/LiDAR is .*Views of a sample are .* apart/);
  });

  it('measures mean correlations of what lives', async () => {
    const { measures } = await collapseReport(
      Matrix.from([
        [1, -2, 5, 0],
        [2, -4, 5, 1],
        [3, -6, 5, 0],
      ]),
      { backend },
    );
    // Columns 0 and 1 are one but for the sign; 2 is dead; 3 is uncorrelated with both.
    expect(measures.correlation).toBeCloseTo(1 / 3, 12);
    expect(measures.deadDimensions).toEqual([2]);
  });

  it('lets random features pass, and rectified ones', async () => {
    const features = product(normals(11, 300, 30), normals(12, 30, 40));
    const rectified = new Matrix(
      300,
      40,
      features.data.map((x) => Math.max(0, x)),
    );
    expect((await collapseReport(features, { backend })).verdict).toBe('healthy');
    expect((await collapseReport(rectified, { backend })).verdict).toBe('healthy');
  });

  it.each([1e-200, 1e-140, 1e140, 1e200, 1e307])('is the same at the scale %d', async (scale) => {
    const views = plus(healthy, normals(9, n, d), 0.1);
    for (const z of [healthy, flat, plus(constant, healthy, 0.05)]) {
      const base = await collapseReport(z, { z2: views, backend });
      const found = await collapseReport(times(z, scale), { z2: views, backend });
      expect(found.verdict).toBe(base.verdict);
      for (const [name, value] of Object.entries(base.measures)) {
        const measure = found.measures[name as keyof typeof base.measures];
        expect([measure].flat(), name).toBeCloseToArray([value].flat(), 1e-11 * d);
      }
    }
  });

  it('leaves the alignment out where a row is zero', async () => {
    const zeros = Matrix.zeros(n, d);
    const collapsed = await collapseReport(zeros, { z2: zeros, backend });
    expect(collapsed.verdict).toBe('complete-collapse');
    expect(collapsed.measures).not.toHaveProperty('alignment');
    expect(collapsed.words).toMatch(/^Complete collapse: .* Views are not compared/);
    const holed = new Matrix(
      n,
      d,
      healthy.data.map((x, at) => (at < d ? 0 : x)),
    );
    for (const [z, z2] of [
      [holed, healthy],
      [healthy, holed],
    ] as const) {
      const { verdict, words, measures } = await collapseReport(z, { z2, backend });
      expect([verdict, measures.alignment]).toEqual(['healthy', undefined]);
      expect(words).toContain('Views are not compared: a row of zeros has no direction.');
    }
  });

  it.each([
    [2, 'one direction'],
    [3, 'two directions'],
  ])('does not tell from %i rows', async (rows, span) => {
    const { verdict, words } = await collapseReport(normals(4, rows, d), { backend });
    expect(verdict).toBe('too-few-rows');
    expect(words).toBe(
      `Too few rows to tell: ${rows} rows span ${span} at most, whatever the encoder; take 32 or more.`,
    );
    const same = new Matrix(rows, d, new Float64Array(rows * d).fill(3));
    expect((await collapseReport(same, { backend })).verdict).toBe('complete-collapse');
    expect((await collapseReport(normals(4, 4, 3), { backend })).verdict).not.toBe('too-few-rows');
  });

  it('says when there are few rows', async () => {
    expect((await collapseReport(normals(1, 20, 16), { backend })).words).toContain('take 32 or more');
  });

  it('does not depend on scale', async () => {
    for (const factor of [1e-9, 1e9]) {
      expect((await collapseReport(times(flat, factor), { backend })).verdict).toBe('dimensional-collapse');
    }
  });
});

describe('collapseReport refuses', () => {
  it.each([
    ['a single row', normals(1, 1, 3), {}, 'OUT_OF_RANGE', 'z'],
    ['another shape', normals(1, 3, 3), { z2: normals(1, 3, 2) }, 'SHAPE_MISMATCH', 'z2'],
    ['groups of one', normals(1, 3, 3), { groups: [0, 1, 1] }, 'INVALID_ARGUMENT', 'groups'],
    ['an unknown option', normals(1, 3, 3), { group: [0, 1, 1] }, 'UNKNOWN_OPTION', 'group'],
  ] as const)('%s', async (_, z, options, code, argument) => {
    const error = await failure(() => collapseReport(z, options as object));
    expect([error.code, error.argument]).toEqual([code, argument]);
    if (z.rows === 1) expect(error.received).toBe('one of shape 1×3');
  });
});
