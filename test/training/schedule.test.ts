import { describe, expect, it } from 'vitest';
import { EigenviewError } from '../../src/errors.js';
import {
  cosineSchedule,
  linearSchedule,
  rateAt,
  type Schedule,
  type ScheduleOptions,
} from '../../src/training/schedule.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

const SCHEDULES = { cosineSchedule, linearSchedule };

describe.each(Object.entries(SCHEDULES))('%s', (_, schedule) => {
  const numbers = {
    start: fc.double({ min: -10, max: 10, noNaN: true }),
    end: fc.double({ min: -10, max: 10, noNaN: true }),
  };

  it('begins and ends where it says, and stays between', () => {
    fc.assert(
      fc.property(fc.record(numbers), fc.nat(40), fc.integer({ min: 1, max: 40 }), (ends, warmup, rest) => {
        const steps = warmup + rest;
        const rate = schedule({ ...ends, steps, warmup });
        // By ===: minus zero may come as zero.
        expect(rate(warmup) === ends.start).toBe(true);
        expect(rate(steps) === ends.end).toBe(true);
        expect(rate(steps + 7) === ends.end).toBe(true);
        if (warmup > 0) expect(rate(0)).toBeCloseTo(0, 15);
        const [low, high] = [Math.min(ends.start, ends.end), Math.max(ends.start, ends.end)];
        for (let step = warmup; step <= steps; step++) {
          // Two products and a sum.
          expect(rate(step)).toBeGreaterThanOrEqual(low - 4 * Number.EPSILON * 10);
          expect(rate(step)).toBeLessThanOrEqual(high + 4 * Number.EPSILON * 10);
        }
      }),
    );
  });

  it('grows in a straight line while it warms up', () => {
    const rate = schedule({ start: 3, end: 1, steps: 9, warmup: 6 });
    expect([0, 1, 2, 3, 4, 5, 6].map(rate)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3]);
  });

  it.each([
    [{ start: 1, end: 0, steps: 0 }, 'OUT_OF_RANGE'],
    [{ start: 1, end: 0, steps: 5, warmup: 5 }, 'OUT_OF_RANGE'],
    [{ start: 1, end: 0, steps: 5, warmup: -1 }, 'OUT_OF_RANGE'],
    [{ start: Number.NaN, end: 0, steps: 5 }, 'INVALID_ARGUMENT'],
    [{ start: 1, end: 0, steps: 5, period: 3 }, 'UNKNOWN_OPTION'],
    [undefined, 'INVALID_ARGUMENT'],
  ])('refuses %j', async (options, code) => {
    expect((await failure(() => schedule(options as ScheduleOptions))).code).toBe(code);
  });

  it('refuses steps that are none', async () => {
    const rate = schedule({ start: 1, end: 0, steps: 3 });
    expect((await failure(() => rate(0.5))).code).toBe('INVALID_ARGUMENT');
    expect((await failure(() => rate(-1))).code).toBe('OUT_OF_RANGE');
  });
});

describe('the shapes', () => {
  it('are half a cosine and a line', () => {
    const options = { start: 5, end: 1, steps: 6 };
    const cosine = [0, 1, 2, 3, 4, 5, 6].map(cosineSchedule(options));
    const half = Math.sqrt(3) / 2;
    expect(cosine).toBeCloseToArray([5, 3 + 2 * half, 4, 3, 2, 3 - 2 * half, 1], 1e-14);
    expect([0, 3, 6].map(linearSchedule(options))).toEqual([5, 3, 1]);
  });

  it('has the momentum of BYOL: 1 − (1 − 0.996)(cos(π k/K) + 1)/2', () => {
    const momentum = cosineSchedule({ start: 0.996, end: 1, steps: 1000 });
    for (const step of [0, 123, 999]) {
      expect(momentum(step)).toBeCloseTo(1 - (0.004 * (Math.cos((Math.PI * step) / 1000) + 1)) / 2, 15);
    }
  });
});

describe("a schedule of the caller's", () => {
  it('may throw, and is no promise', async () => {
    const own = new EigenviewError('OUT_OF_RANGE', 'mine');
    for (const cause of [new Error('mine'), own, 'mine']) {
      const rate = () => {
        throw cause;
      };
      const error = await failure(() => rateAt('learningRate', rate, 3, { min: 0 }));
      expect(error).toMatchObject({ code: 'CUSTOM_FAILED', argument: 'learningRate', cause });
      expect(error.message).toContain('mine');
    }
    // Its rejection must not go unhandled either.
    const late = (async () => {
      throw own;
    }) as unknown as Schedule;
    expect((await failure(() => rateAt('learningRate', late, 3, { min: 0 }))).argument).toBe('learningRate(3)');
  });
});
