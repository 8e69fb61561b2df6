import { describe, expect, it } from 'vitest';
import { EigenviewError } from '../../src/errors.js';
import { barlowTwins } from '../../src/losses/barlow-twins.js';
import { byol } from '../../src/losses/byol.js';
import { lejepa } from '../../src/losses/lejepa.js';
import { peira } from '../../src/losses/peira.js';
import { PeiraMoments } from '../../src/losses/peira-moments.js';
import { simclr } from '../../src/losses/simclr.js';
import { simsiam } from '../../src/losses/simsiam.js';
import { spectralContrastive } from '../../src/losses/spectral-contrastive.js';
import { vicreg } from '../../src/losses/vicreg.js';
import { whitenedMse } from '../../src/losses/whitened-mse.js';
import type { Matrix } from '../../src/matrix/matrix.js';
import {
  type Embeddings,
  type NamedObjective,
  notFinitePart,
  OBJECTIVE_NAMES,
  readObjective,
  type TwoViewObjective,
} from '../../src/training/objective.js';
import { plus, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

const z1 = normals(1, 8, 3);
const z2 = plus(z1, normals(2, 8, 3), 0.4);
const [t1, t2] = [normals(3, 8, 3), normals(4, 8, 3)];
const plain: Embeddings = { p1: z1, p2: z2, z1, z2, constant: false };
const constant: Embeddings = { p1: z1, p2: z2, z1: t1, z2: t2, constant: true };
const occasion = { call: {}, step: 5, memory: [] };

const two = { p1: z1, p2: z2, z1, z2 };
const direct: [NamedObjective, () => Promise<{ loss: number; parts: object; gradients: Matrix[] }>][] = [
  [{ name: 'vicreg', covariance: 3 }, () => vicreg(z1, z2, { covariance: 3 })],
  [{ name: 'barlowTwins', offDiagonal: 0.1 }, () => barlowTwins(z1, z2, { offDiagonal: 0.1 })],
  [{ name: 'simclr', temperature: 0.5 }, () => simclr(z1, z2, { temperature: 0.5 })],
  [{ name: 'lejepa', count: 16 }, () => lejepa([z1, z2], { count: 16, seed: 5 })],
  [{ name: 'lejepa', count: 16, seed: 9 }, () => lejepa([z1, z2], { count: 16, seed: 9 })],
  [{ name: 'spectralContrastive' }, () => spectralContrastive(z1, z2)],
  [{ name: 'whitenedMse' }, () => whitenedMse(z1, z2)],
  [{ name: 'peira', lambda: 0.2 }, () => peira(z1, z2, { lambda: 0.2 })],
  [{ name: 'simsiam' }, () => simsiam(two)],
  [{ name: 'byol' }, () => byol(two)],
];

describe('readObjective', () => {
  it.each(direct)('has %j as the function itself', async (spec, compute) => {
    const { memory, ...found } = await readObjective(spec).evaluate(plain, occasion);
    const { loss, parts, gradients } = await compute();
    expect(found).toEqual({ loss, parts, gradients });
    expect(memory).toEqual([]);
  });

  it('has every objective in the table above, and those without options by name alone', async () => {
    expect([...new Set(direct.map(([{ name }]) => name))].sort()).toEqual([...OBJECTIVE_NAMES].sort());
    const byName = await readObjective('vicreg').evaluate(plain, occasion);
    expect(byName.loss).toBe((await vicreg(z1, z2)).loss);
  });

  it('means both ways where the other view is constant', async () => {
    const found = await readObjective('vicreg').evaluate(constant, occasion);
    const [first, second] = [await vicreg(z1, t2), await vicreg(z2, t1)];
    expect(found.loss).toBe((first.loss + second.loss) / 2);
    expect(found.parts.invariance).toBe((first.parts.invariance + second.parts.invariance) / 2);
    expect(found.gradients[0]).toEqual(times(first.gradients[0] as Matrix, 0.5));
    expect(found.gradients[1]).toEqual(times(second.gradients[0] as Matrix, 0.5));
  });

  it('means both ways of a function that recycles its gradients', async () => {
    let recycle: Matrix[] | undefined;
    const recycling: TwoViewObjective = async (a, b) => {
      const value = await vicreg(a, b, recycle && { recycle });
      recycle = value.gradients;
      return value;
    };
    const expected = await readObjective('vicreg').evaluate(constant, occasion);
    expect(await readObjective(recycling).evaluate(constant, occasion)).toEqual(expected);
  });

  it('recycles nothing by name', async () => {
    const error = await failure(() => readObjective({ name: 'vicreg', recycle: [z1, z2] }));
    expect([error.code, error.argument]).toEqual(['UNKNOWN_OPTION', 'objective.recycle']);
  });

  it('hands BYOL its targets', async () => {
    const found = await readObjective('byol').evaluate(constant, occasion);
    expect(found.loss).toBe((await byol({ p1: z1, p2: z2, z1: t1, z2: t2 })).loss);
  });

  it("averages PEIRA's moments from the first batch on", async () => {
    const objective = readObjective({ name: 'peira', lambda: 0.2, rate: 0.1 });
    const first = await objective.evaluate(plain, occasion);
    const other: Embeddings = { ...plain, p1: t1, p2: t2 };
    const second = await objective.evaluate(other, { ...occasion, memory: first.memory });
    const start = await PeiraMoments.of(z1, z2);
    const moments = await start.update(t1, t2, 0.1);
    expect(first.gradients).toEqual((await peira(z1, z2, { lambda: 0.2, moments: start })).gradients);
    expect(second.gradients).toEqual((await peira(t1, t2, { lambda: 0.2, moments })).gradients);
    expect(second.memory).toEqual([moments.cross, moments.second]);
    expect((await failure(() => objective.evaluate(constant, occasion))).code).toBe('INVALID_ARGUMENT');
  });

  it('refuses what is no objective', async () => {
    const read = (value: unknown) => failure(() => readObjective(value));
    for (const value of ['vicReg', undefined, 3, {}, { name: 'toString' }]) {
      expect((await read(value)).code).toBe('INVALID_ARGUMENT');
    }
    expect((await read({ name: 'peira', lambda: 1, rate: 0 })).code).toBe('OUT_OF_RANGE');
    const unknown = readObjective({ name: 'vicreg', lambda: 1 } as unknown as NamedObjective);
    expect((await failure(() => unknown.evaluate(plain, occasion))).code).toBe('UNKNOWN_OPTION');
  });

  it("wraps what a caller's function throws, and checks what it answers", async () => {
    const evaluate = (objective: unknown) =>
      failure(() => readObjective(objective as TwoViewObjective).evaluate(plain, occasion));
    const thrown = await evaluate(() => {
      throw new RangeError('mine');
    });
    expect(thrown.code).toBe('CUSTOM_FAILED');
    expect((thrown.cause as Error).message).toBe('mine');
    const own = new EigenviewError('SINGULAR', 'no inverse');
    const passed = await evaluate(() => {
      throw own;
    });
    expect(passed).toBe(own);
    expect((await evaluate(() => undefined)).code).toBe('INVALID_ARGUMENT');
    expect((await evaluate(() => ({ loss: 1, gradients: [z1] }))).code).toBe('INVALID_ARGUMENT');
    expect((await evaluate(() => ({ loss: 1, gradients: [z1, normals(1, 8, 2)] }))).code).toBe('SHAPE_MISMATCH');
  });

  it('checks the terms of such a function, and copies them', async () => {
    const evaluate = (parts: unknown, step = 0, loss = 1) =>
      readObjective((() => ({ loss, parts, gradients: [z1, z2] })) as TwoViewObjective).evaluate(plain, {
        ...occasion,
        step,
      });
    for (const parts of [3, null, [1], new Map(), { a: '1' }, { a: undefined }]) {
      expect(await failure(() => evaluate(parts, 7))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        argument: 'objective',
      });
    }
    expect((await failure(() => evaluate({ a: Number.NaN }))).message).toContain("part 'a'");
    // What is no longer finite later on, or with its loss, is for the trainer.
    expect(notFinitePart(await evaluate({ a: 1 / 0 }, 3))).toContain("part 'a'");
    expect(notFinitePart(await evaluate({ a: Number.NaN }, 0, Number.NaN))).toBe('The loss');
    const mine = { a: 1 };
    const found = await evaluate(mine);
    mine.a = 2;
    expect(found.parts).toEqual({ a: 1 });
    expect(notFinitePart(found)).toBeUndefined();
  });
});
