import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { startOptimizer, stepOptimizer } from '../../src/training/ask-optimizer.js';
import type { Optimizer } from '../../src/training/optimizer.js';
import { OptimizerState } from '../../src/training/optimizer-state.js';
import { sgd } from '../../src/training/sgd.js';
import { failure } from '../support/failure.js';

const weights = [Matrix.from([[1, 2]])];
const inner = sgd({ learningRate: 0.5 });
const state = inner.start(weights);

const starting = (start: () => unknown) => () =>
  startOptimizer({ ...inner, start: start as Optimizer['start'] }, weights);

const stepping = (step: () => unknown) => () =>
  stepOptimizer({ ...inner, step: step as Optimizer['step'] }, weights, weights, state);

describe('an optimizer that is asked', () => {
  it('answers for itself', () => {
    expect(startOptimizer(inner, weights)).toEqual(state);
    expect(stepOptimizer(inner, weights, weights, state)).toEqual(inner.step(weights, weights, state));
  });

  it('has float64 parameters', () => {
    const narrow = [new Matrix(1, 2, new Float32Array([0.1, 2]))];
    const { parameters } = stepping(() => ({ parameters: narrow, state: new OptimizerState(1, []) }))();
    expect(parameters[0]?.data).toEqual(Float64Array.from([Math.fround(0.1), 2]));
  });

  const after = new OptimizerState(1, []);
  it.each<[string, () => unknown, string]>([
    ['a start without a state', starting(() => ({ step: 0, buffers: [] })), 'INVALID_ARGUMENT'],
    ['a start of a later step', starting(() => after), 'INVALID_ARGUMENT'],
    ['a start that is awaited', starting(async () => state), 'INVALID_ARGUMENT'],
    ['nothing', stepping(() => undefined), 'INVALID_ARGUMENT'],
    // Its rejection must not go unhandled either.
    ['a promise', stepping(() => Promise.reject(new Error('mine'))), 'INVALID_ARGUMENT'],
    ['no parameter', stepping(() => ({ parameters: [], state: after })), 'INVALID_ARGUMENT'],
    ['rows of numbers', stepping(() => ({ parameters: [[[1, 2]]], state: after })), 'INVALID_ARGUMENT'],
    ['another shape', stepping(() => ({ parameters: [Matrix.zeros(2, 1)], state: after })), 'SHAPE_MISMATCH'],
    ['no state', stepping(() => ({ parameters: weights })), 'INVALID_ARGUMENT'],
    ['the state before', stepping(() => ({ parameters: weights, state })), 'INVALID_ARGUMENT'],
  ])('is refused with %s', async (_, call, code) => {
    const error = await failure(call);
    expect(error.code).toBe(code);
    expect(error.argument).toContain('optimizer');
  });

  it('may throw', async () => {
    const mine = new Error('mine');
    const thrown = await failure(
      stepping(() => {
        throw mine;
      }),
    );
    expect(thrown).toMatchObject({ code: 'CUSTOM_FAILED', argument: 'optimizer', cause: mine });
    const own = await failure(stepping(() => inner.step(weights, [], state)));
    expect(own.code).toBe('SHAPE_MISMATCH');
  });
});
