import { describe, expect, it } from 'vitest';
import {
  checkEntries,
  checkExtent,
  checkViews,
  cumulative,
  probabilities,
  type ViewProcess,
  viewDimension,
} from '../../src/views/view-process.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

const process = (dimensions?: ViewProcess['dimensions']): ViewProcess => ({
  name: 'mine',
  dimensions,
  step: async () => ({ kind: 'identity', numbers: new Float64Array(0) }),
});

describe('cumulative', () => {
  const weights = fc
    .array(
      fc.oneof(
        fc.constant(0),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
      ),
      { minLength: 1, maxLength: 12 },
    )
    .filter((all) => all.some((weight) => weight > 0));

  it('ascends to 1 exactly, by the shares of the weights', () => {
    fc.assert(
      fc.property(weights, (all) => {
        const steps = cumulative('weights', all);
        const sum = all.reduce((a, b) => a + b, 0);
        expect(steps).toHaveLength(all.length);
        // From the last that has a weight on.
        expect(steps[all.findLastIndex((weight) => weight > 0)]).toBe(1);
        expect(steps.at(-1)).toBe(1);
        const shares = probabilities(steps);
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 14);
        shares.forEach((share, i) => {
          // Each step has the rounding of those below it; a last step that rounds above 1 is brought back to it.
          expect(share).toBeGreaterThanOrEqual(-4e-16 * all.length);
          expect(Math.abs(share - (all[i] as number) / sum)).toBeLessThanOrEqual(4e-16 * all.length);
        });
      }),
    );
  });

  it('never lets a weight of 0 be drawn', () => {
    // The largest number that is drawn is 1 − 2⁻³².
    const u = fc.oneof(fc.double({ min: 0, max: 1 - 2 ** -32, noNaN: true }), fc.constant(1 - 2 ** -32));
    fc.assert(
      fc.property(weights, u, (all, u) => {
        const steps = cumulative('weights', all);
        const drawn = steps.findIndex((step) => step > u);
        expect(all[drawn]).toBeGreaterThan(0);
      }),
    );
    expect([...cumulative('weights', [0, 1, 0, 3, 0, 0])]).toEqual([0, 0.25, 0.25, 1, 1, 1]);
  });

  it('takes weights up to a common factor', () => {
    expect([...cumulative('weights', [1, 2, 1])]).toEqual([0.25, 0.75, 1]);
    expect([...cumulative('weights', [1024, 2048, 1024])]).toEqual([0.25, 0.75, 1]);
    expect([...cumulative('weights', [5])]).toEqual([1]);
  });

  it.each<[string, unknown[]]>([
    ['a negative one', [1, -1e-9]],
    ['NaN', [1, Number.NaN]],
    ['an infinite one', [1, Number.POSITIVE_INFINITY]],
    ['a sum beyond numbers', [1e308, 1e308]],
    ['zeros alone', [0, 0]],
    ['none', []],
    ['a word', [1, '2']],
    ['null', [1, null]],
    ['nothing', [1, undefined]],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ['a hole', [1, , 1]],
    ['a truth value', [1, true]],
    ['a big integer', [1, 2n]],
  ])('refuses %s', async (_, all) => {
    const error = await failure(() => cumulative('shares', all as number[]));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'shares' });
  });
});

describe('viewDimension', () => {
  it('is that of the views, or of the samples where any are taken', () => {
    expect(viewDimension(process(), 7)).toBe(7);
    expect(viewDimension(process({ input: 3, output: 2 }), 3)).toBe(2);
  });

  it('refuses samples of another dimension, naming the process and the argument', async () => {
    const error = await failure(() => viewDimension(process({ input: 3, output: 2 }), 4));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '4' });
    expect(error.message).toContain('mine');
    expect(error.expected).toContain('3');
    expect(await failure(() => viewDimension(process({ input: 3, output: 2 }), 2, 'second'))).toMatchObject({
      argument: 'second',
    });
  });
});

it('checkViews lets processes through and nothing else', async () => {
  expect(() => checkViews('views', process())).not.toThrow();
  for (const views of [undefined, null, 3, 'simclr', {}, [], { step: 3 }, { name: 'mine' }, () => process()]) {
    const error = await failure(() => checkViews('processes[2]', views));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'processes[2]' });
  }
});

it('checkExtent and checkEntries keep images within bounds', async () => {
  for (const value of [1, 32, 2 ** 15]) expect(() => checkExtent('width', value)).not.toThrow();
  for (const value of [0, -1, 2 ** 15 + 1]) {
    expect(await failure(() => checkExtent('width', value))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'width' });
  }
  for (const value of [1.5, '32', undefined, null, Number.NaN]) {
    const error = await failure(() => checkExtent('width', value));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'width' });
  }
  expect(() => checkEntries('shape', 2 ** 26)).not.toThrow();
  expect(await failure(() => checkEntries('shape', 2 ** 26 + 1))).toMatchObject({ code: 'TOO_LARGE' });
});
