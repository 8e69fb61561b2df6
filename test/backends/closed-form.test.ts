/** The kernel that judges models for the study against its readable twin in src/study/judge.ts, and how both fail and stop. */
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Judged, JudgedSample, Judgement, Questions } from '../../src/backends/closed-form.js';
import { selectBackend } from '../../src/backends/select.js';
import { EigenviewError } from '../../src/errors.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { loadAddon } from '../../src/runtime/addon.js';
import { lane } from '../../src/runtime/lane.js';
import { judge } from '../../src/study/judge.js';
import { energy, meanProduct, plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';

const ALL = [true, true, true] as const;

const site = (name: string, signal?: AbortSignal) => ({
  backend: selectBackend(name),
  control: signal === undefined ? {} : { signal },
  operation: 'alignmentStudy',
});

/** The moments of n rows of d coordinates of unequal sizes, and of targets that they explain in part. */
function sampleOf(seed: number, n: number, d: number, l: number): JudgedSample {
  const scales = Float64Array.from({ length: d }, (_, j) => 1 + ((5 * j) % d) / 3);
  const x = product(normals(seed, n, d), Matrix.diagonal(scales));
  const y = plus(product(x, normals(seed + 1, d, l)), normals(seed + 2, n, l), 2);
  return { inputSecond: meanProduct(x, x), targetInput: meanProduct(y, x), targetEnergy: energy(y) / n };
}

const noise = (d: number, level: number) => Float64Array.from({ length: d }, (_, j) => level * (0.2 + ((3 * j) % d)));

/** A coordinate without energy: singular under a covariance that is zero there too. */
function silenced(sample: JudgedSample, coordinate: number): JudgedSample {
  const { rows, data } = sample.inputSecond;
  const hit = (at: number) => at % rows === coordinate || Math.floor(at / rows) === coordinate;
  return {
    ...sample,
    inputSecond: new Matrix(
      rows,
      rows,
      Float64Array.from(data, (v, at) => (hit(at) ? 0 : v)),
    ),
  };
}

function spoilt(matrix: Matrix, value: number): Matrix {
  const data = Float64Array.from(matrix.data);
  data[0] = value;
  return new Matrix(matrix.rows, matrix.cols, data);
}

function judgements(judged: Judged | undefined): readonly (readonly Judgement[])[] {
  if (judged === undefined || judged instanceof EigenviewError) throw new Error(`expected judgements: ${judged}`);
  return judged;
}

const codes = (all: Judged[][]) => all.map((row) => row.map((it) => (it instanceof EigenviewError ? it.code : 'fine')));

describe('the native kernel agrees with its twin', () => {
  test.each([
    ['more coordinates than the signal', 200, 20, 3, 12, [1, 3, 7, 20]],
    ['signal alone', 100, 9, 2, 9, [2, 9]],
    ['one coordinate', 30, 1, 1, 1, [1]],
    ['one coordinate of noise', 50, 2, 4, 1, [1, 2]],
    ['more targets than coordinates', 80, 6, 11, 4, [1, 4]],
    ['fewer rows than coordinates', 12, 30, 2, 20, [1, 5]],
  ] as const)('%s', async (_, n, d, l, dims, ks) => {
    const samples = [sampleOf(1, n, d, l), sampleOf(4, n, d, l)];
    const covariances = [noise(d, 0.3), noise(d, 2), noise(d, 50)];
    const questions: Questions = { ks, dims, problems: ALL };
    const received = await judge(site('native'), samples, covariances, questions);
    const expected = await judge(site('js'), samples, covariances, questions);
    for (const [s, { targetEnergy }] of samples.entries()) {
      for (const c of covariances.keys()) {
        const [one, other] = [received, expected].map((all) => judgements(all[s]?.[c])) as [
          Judgement[][],
          Judgement[][],
        ];
        expect(one.map((row) => row.length)).toEqual(ks.map(() => 3));
        for (const [i, row] of one.entries()) {
          for (const [p, { loss, sine, score }] of row.entries()) {
            const twin = other[i]?.[p] as Judgement;
            expect(Math.abs(loss - twin.loss)).toBeLessThanOrEqual(1e-9 * targetEnergy);
            // By way of squares both: right to about √eps.
            expect(Math.abs(sine - twin.sine)).toBeLessThanOrEqual(1e-6);
            expect(Math.abs(score - twin.score)).toBeLessThanOrEqual(1e-9 * Math.max(1, twin.score));
          }
        }
      }
    }
  });

  test('on which samples fail, and why', async () => {
    const good = sampleOf(1, 60, 8, 2);
    const samples = [
      good,
      silenced(good, 3),
      { ...good, inputSecond: spoilt(good.inputSecond, Number.NaN) },
      { ...good, inputSecond: spoilt(good.inputSecond, -100) },
      good,
    ];
    const quiet = noise(8, 1);
    quiet[3] = 0;
    const questions: Questions = { ks: [1, 2], dims: 5, problems: ALL };
    const both = await Promise.all(BACKENDS.map((name) => judge(site(name), samples, [noise(8, 1), quiet], questions)));
    for (const all of both) {
      expect(codes(all)).toEqual([
        ['fine', 'fine'],
        ['fine', 'SINGULAR'],
        ['NOT_FINITE', 'NOT_FINITE'],
        ['NOT_POSITIVE_DEFINITE', 'NOT_POSITIVE_DEFINITE'],
        ['fine', 'fine'],
      ]);
      const error = all[1]?.[1] as EigenviewError;
      expect(error.message).toContain('1.00·e3');
      expect(error.message).toContain('alignmentStudy');
      // It is no stack that the caller knows of.
      expect(error.message).not.toContain('stack');
    }
  });
});

describe.each(BACKENDS)('%s: judging', (name) => {
  const samples = [sampleOf(1, 60, 10, 2), sampleOf(7, 60, 10, 2)];
  const covariances = [noise(10, 1), noise(10, 5)];

  test('has the same bits whichever problems are wanted', async () => {
    const ask = (problems: Questions['problems']) =>
      judge(site(name), samples, covariances, { ks: [2, 4], dims: 6, problems });
    const whole = await ask(ALL);
    for (let mask = 0; mask < 8; mask++) {
      const problems = ALL.map((_, p) => ((mask >> p) & 1) === 1) as unknown as Questions['problems'];
      const part = await ask(problems);
      const wanted = (all: Judged[][]) =>
        all.map((row) => row.map((it) => judgements(it).map((judged) => judged.filter((_, p) => problems[p]))));
      expect(wanted(part)).toEqual(wanted(whole));
    }
  });

  test('has the same bits alone and in company, for any other ks', async () => {
    const all = await judge(site(name), samples, covariances, { ks: [2, 4], dims: 6, problems: ALL });
    for (const [s, sample] of samples.entries()) {
      for (const [c, covariance] of covariances.entries()) {
        const alone = await judge(site(name), [sample], [covariance], { ks: [2, 4], dims: 6, problems: ALL });
        expect(alone).toEqual([[all[s]?.[c]]]);
      }
    }
  });

  test('of nothing is nothing', async () => {
    const questions: Questions = { ks: [1], dims: 6, problems: ALL };
    expect(await judge(site(name), [], covariances, questions)).toEqual([]);
    expect(await judge(site(name), samples, [], questions)).toEqual([[], []]);
  });

  test('rejects with the reason of an aborted signal', async () => {
    const reason = new Error('enough');
    const judging = judge(site(name, AbortSignal.abort(reason)), samples, covariances, {
      ks: [1],
      dims: 6,
      problems: ALL,
    });
    await expect(judging).rejects.toBe(reason);
  });
});

describe('the native kernel', () => {
  let release: (() => void) | undefined;
  afterEach(async () => {
    release?.();
    release = undefined;
    await lane.run('all', async () => {});
  });

  // 617 of these are one job.
  const [d, count] = [60, 700];
  const questions: Questions = { ks: [3], dims: 40, problems: ALL };
  const sample = sampleOf(1, 200, d, 2);

  test('puts the answers of several jobs where they belong', async () => {
    const [bare, bad] = [noise(d, 1), 660];
    bare[5] = 0;
    const samples = Array.from({ length: count }, (_, i) => (i === bad ? silenced(sample, 5) : sample));
    const run = vi.spyOn(loadAddon() as unknown as Record<string, () => unknown>, 'judgeAsync');
    const all = await judge(site('native'), samples, [bare], questions);
    expect(run.mock.calls.length).toBeGreaterThan(1);
    run.mockRestore();
    expect(all.length).toBe(count);
    expect(all.flatMap(([it], i) => (it instanceof EigenviewError ? [`${i} ${it.code}`] : []))).toEqual([
      `${bad} SINGULAR`,
    ]);
    for (const i of [1, 616, 617, count - 1]) expect(all[i]).toEqual(all[0]);
  });

  test('leaves the line at once when aborted, and its signal', async () => {
    lane.run('all', () => new Promise<void>((resolve) => (release = resolve)));
    const controller = new AbortController();
    const judging = judge(site('native', controller.signal), [sample], [noise(d, 1)], questions);
    const outcome = expect(judging).rejects.toBe('enough');
    expect(lane.waiting).toBe(1);
    controller.abort('enough');
    await outcome;
    expect([lane.running, lane.waiting]).toEqual([1, 0]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('stops amid the work when aborted', async () => {
    const run = vi.spyOn(loadAddon() as unknown as Record<string, () => unknown>, 'judgeAsync');
    const controller = new AbortController();
    const covariances = Array.from({ length: 40 }, () => noise(d, 1));
    const samples = Array.from({ length: count }, () => sample);
    const reason = new Error('enough');
    const outcome = expect(judge(site('native', controller.signal), samples, covariances, questions)).rejects.toBe(
      reason,
    );
    await sleep(5);
    const cancelled = (run.mock.lastCall as unknown[] | undefined)?.at(-1) as Int32Array;
    run.mockRestore();
    expect(cancelled[0]).toBe(0);
    controller.abort(reason);
    expect(cancelled[0]).toBe(1);
    await outcome;
    expect([lane.running, lane.waiting]).toEqual([0, 0]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('takes its numbers at the call', async () => {
    lane.run('all', () => new Promise<void>((resolve) => (release = resolve)));
    const own = { ...sample, inputSecond: spoilt(sample.inputSecond, sample.inputSecond.get(0, 0)) };
    const judging = judge(site('native'), [own], [noise(d, 1)], questions);
    own.inputSecond.data.fill(0);
    release?.();
    expect(await judging).toEqual(await judge(site('native'), [sample], [noise(d, 1)], questions));
  });
});
