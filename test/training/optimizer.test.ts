import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { adamW } from '../../src/training/adam-w.js';
import { lars } from '../../src/training/lars.js';
import type { Optimizer } from '../../src/training/optimizer.js';
import { OptimizerState } from '../../src/training/optimizer-state.js';
import type { Rate } from '../../src/training/schedule.js';
import { sgd } from '../../src/training/sgd.js';
import cases from '../fixtures/training/optimizers.json' with { type: 'json' };
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

type Make = (options: { learningRate: Rate }) => Optimizer;

const MAKERS: Record<string, Make> = { sgd, adamW, lars };

const makerOf = (name: string) => MAKERS[name] as Make;

const matrices = (arrays: number[][][]) => arrays.map((rows) => Matrix.from(rows));

describe.each(cases.cases)('$name with $options', ({ name, options, rates, after }) => {
  const optimizer = makerOf(name)({ learningRate: (step) => rates[step] as number, ...options });
  const start = matrices(cases.parameters);

  it('goes where NumPy goes', () => {
    let parameters = start;
    let state = optimizer.start(parameters);
    for (const gradients of cases.gradients) {
      ({ parameters, state } = optimizer.step(parameters, matrices(gradients), state));
    }
    // Numbers of order 1, some ten operations a step.
    for (const [i, expected] of matrices(after).entries()) {
      expect(parameters[i]).toBeCloseToArray(expected, 1e-14);
    }
    expect(state.step).toBe(4);
  });

  it('goes on from a state in JSON with the same bits', () => {
    const [first, second] = cases.gradients.map(matrices) as [Matrix[], Matrix[]];
    const once = optimizer.step(start, first, optimizer.start(start));
    const saved = OptimizerState.fromJSON(JSON.parse(JSON.stringify(once.state)));
    expect(saved).toEqual(once.state);
    const direct = optimizer.step(once.parameters, second, once.state);
    expect(optimizer.step(once.parameters, second, saved)).toEqual(direct);
  });

  it('leaves what it is given as it is', () => {
    const gradients = matrices(cases.gradients[0] as number[][][]);
    const state = optimizer.start(start);
    const before = JSON.stringify([start, gradients, state]);
    optimizer.step(start, gradients, state);
    expect(JSON.stringify([start, gradients, state])).toBe(before);
  });
});

describe('an optimizer', () => {
  const weights = [Matrix.from([[3, 4]])];

  it('minimises a bowl', () => {
    for (const [make, learningRate] of [
      [sgd, 0.3],
      [adamW, 0.05],
    ] as const) {
      const optimizer = make({ learningRate, weightDecay: 0 });
      let parameters = weights;
      let state = optimizer.start(parameters);
      for (let i = 0; i < 600; i++) ({ parameters, state } = optimizer.step(parameters, parameters, state));
      expect(parameters[0]).toBeCloseToArray(new Float64Array(2), 1e-6);
    }
  });

  it('steps by a share of its length with LARS, whatever the length of the gradient', () => {
    const optimizer = lars({ learningRate: 2 });
    for (const scale of [1e-200, 1, 1e200]) {
      const { parameters } = optimizer.step(weights, [Matrix.from([[0, scale]])], optimizer.start(weights));
      expect(parameters[0]).toBeCloseToArray([3, 4 - 2 * 0.001 * 5], 1e-15);
    }
  });

  it('says how it is set', () => {
    expect(sgd({ learningRate: 0.1, momentum: 0.9 }).settings).toEqual({
      learningRate: 0.1,
      momentum: 0.9,
      weightDecay: 0,
      nesterov: false,
    });
    expect(adamW({ learningRate: () => 1 }).settings.learningRate).toBe('schedule');
  });

  it('refuses what does not fit', async () => {
    const optimizer = sgd({ learningRate: 0.1 });
    const state = optimizer.start(weights);
    const step = (...[parameters, gradients, from]: unknown[]) =>
      failure(() => optimizer.step(parameters as Matrix[], gradients as Matrix[], from as OptimizerState));
    expect((await step(weights, [], state)).code).toBe('SHAPE_MISMATCH');
    expect((await step(weights, [Matrix.zeros(2, 1)], state)).argument).toBe('gradients[0]');
    expect((await step(weights, [Matrix.from([[0, Number.NaN]])], state)).code).toBe('NOT_FINITE');
    expect((await step(weights, weights, adamW({ learningRate: 1 }).start(weights))).argument).toBe('state');
    expect((await step(weights, weights, { step: 0, buffers: [] })).code).toBe('SHAPE_MISMATCH');
    expect((await step(weights[0], weights, state)).code).toBe('INVALID_ARGUMENT');
  });

  it.each([
    ['sgd', { learningRate: -1 }, 'OUT_OF_RANGE'],
    ['sgd', { learningRate: '0.1' }, 'INVALID_ARGUMENT'],
    ['sgd', { learningRate: 1, momentum: 2 }, 'OUT_OF_RANGE'],
    ['sgd', { learningRate: 1, nesterov: true }, 'INVALID_ARGUMENT'],
    ['sgd', { learningRate: 1, dampening: 0.1 }, 'UNKNOWN_OPTION'],
    ['sgd', undefined, 'INVALID_ARGUMENT'],
    ['adamW', { learningRate: 1, beta1: 1 }, 'OUT_OF_RANGE'],
    ['adamW', { learningRate: 1, epsilon: 0 }, 'OUT_OF_RANGE'],
    ['adamW', { learningRate: 1, weightDecay: Number.NaN }, 'INVALID_ARGUMENT'],
    ['lars', { learningRate: 1, trustCoefficient: 0 }, 'OUT_OF_RANGE'],
    ['lars', { rate: 1 }, 'UNKNOWN_OPTION'],
  ])('refuses %s with %j', async (name, options, code) => {
    const error = await failure(() => makerOf(name)(options as never));
    expect(error.code).toBe(code);
  });

  it('says that a step overflows, and checks what a schedule answers', async () => {
    const steep = sgd({ learningRate: 1e300 });
    const error = await failure(() => steep.step(weights, [Matrix.from([[1e300, 0]])], steep.start(weights)));
    expect(error.code).toBe('OUT_OF_RANGE');
    expect(error.message).toContain('overflows');
    const odd = sgd({ learningRate: () => Number.NaN });
    const asked = await failure(() => odd.step(weights, weights, odd.start(weights)));
    expect(asked.argument).toBe('learningRate(0)');
  });
});

describe('OptimizerState', () => {
  it('keeps every bit in JSON', () => {
    const odd = new Matrix(2, 2, new Float64Array([-0, 5e-324, 1 / 3, -1.7976931348623157e308]));
    const state = new OptimizerState(3, [[odd, normals(1, 2, 2)]]);
    const back = OptimizerState.fromJSON(JSON.parse(JSON.stringify(state)));
    expect(back).toEqual(state);
    expect(Object.is(back.buffers[0]?.[0]?.data[0], -0)).toBe(true);
  });

  it.each([
    [null, 'INVALID_ARGUMENT'],
    [{ step: 1, buffers: [] }, 'INVALID_ARGUMENT'],
    [{ optimizer: 'sgd', step: -1, buffers: [] }, 'OUT_OF_RANGE'],
    [{ optimizer: 'sgd', step: 1, buffers: 3 }, 'INVALID_ARGUMENT'],
    [{ optimizer: 'sgd', step: 1, buffers: [[{ rows: 1, cols: 1, base64: '' }]] }, 'SHAPE_MISMATCH'],
    [{ optimizer: 'sgd', step: 1, buffers: [[{ rows: 1, cols: 1, base64: 'AAAAAAAA+H8=' }]] }, 'NOT_FINITE'],
  ])('refuses %j', async (json, code) => {
    expect((await failure(() => OptimizerState.fromJSON(json))).code).toBe(code);
  });

  it.each([
    [[0.5, []], 'INVALID_ARGUMENT', 'step'],
    [[-1, []], 'OUT_OF_RANGE', 'step'],
    [[1, undefined], 'INVALID_ARGUMENT', 'buffers'],
    [[1, [3]], 'INVALID_ARGUMENT', 'buffers[0]'],
    [[1, [[[[1]]]]], 'INVALID_ARGUMENT', 'buffers[0][0]'],
    [[1, [[Matrix.from([[1 / 0]])]]], 'NOT_FINITE', 'buffers[0][0]'],
    [[1, [], 3], 'INVALID_ARGUMENT', 'optimizer'],
  ])('is not made of %j', async (given, code, argument) => {
    const make = () => new OptimizerState(...(given as unknown as ConstructorParameters<typeof OptimizerState>));
    expect(await failure(make)).toMatchObject({ code, argument });
  });

  it('belongs to one optimizer', async () => {
    const weights = [Matrix.from([[1, 2]])];
    const [first, second] = [sgd({ learningRate: 1 }), lars({ learningRate: 1 })];
    const error = await failure(() => second.step(weights, weights, first.start(weights)));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'state', received: "a state of 'sgd'" });
  });

  it('has no negative mean of squares with AdamW', async () => {
    const weights = [Matrix.from([[1, 2]])];
    const state = new OptimizerState(1, [[weights[0] as Matrix, Matrix.from([[0, -1]])]], 'adamW');
    const error = await failure(() => adamW({ learningRate: 1 }).step(weights, weights, state));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'state.buffers[0][1]' });
  });
});
