/** What the objectives that build on site.ts and elementwise.ts answer alike, whatever they compute. */
import { describe, expect, it } from 'vitest';
import { byol } from '../../src/losses/byol.js';
import { dino } from '../../src/losses/dino.js';
import type { Loss } from '../../src/losses/loss.js';
import { mae } from '../../src/losses/mae.js';
import { peira } from '../../src/losses/peira.js';
import { pldm } from '../../src/losses/pldm.js';
import { simsiam } from '../../src/losses/simsiam.js';
import { beginLoss } from '../../src/losses/site.js';
import { spectralContrastive } from '../../src/losses/spectral-contrastive.js';
import { whitenedMse } from '../../src/losses/whitened-mse.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

type Call = (a: Matrix, b: Matrix, options?: object) => Promise<Loss>;

/** Of two batches; the name of the second in messages. */
const objectives: [string, Call, string][] = [
  ['simsiam', (a, b, options) => simsiam({ p1: a, p2: a, z1: a, z2: b }, options), 'z2'],
  ['byol', (a, b, options) => byol({ p1: a, p2: b, z1: a, z2: a }, options), 'p2'],
  ['dino', (a, b, options) => dino({ student: [a, a], teacher: [a, b], center: zeros(a) }, options), 'teacher[1]'],
  ['mae', (a, b, options) => mae({ predictions: a, patches: b, mask: zeros(a, 'rows').fill(1) }, options), 'patches'],
  ['peira', (a, b, options) => peira(a, b, { lambda: 0.1, ...options }), 'z2'],
  ['pldm', (a, b, options) => pldm({ states: stacked(a), times: 2, predictions: b }, options), 'predictions'],
  ['spectralContrastive', spectralContrastive, 'z2'],
  ['whitenedMse', whitenedMse, 'z2'],
];

function zeros({ rows, cols }: Matrix, of: 'rows' | 'cols' = 'cols'): Float64Array {
  return new Float64Array(of === 'rows' ? rows : cols);
}

/** The batch at one time, and the same again at the next. */
function stacked(a: Matrix): Matrix {
  return new Matrix(2 * a.rows, a.cols, Float64Array.from([...a.data, ...a.data]));
}

const z = normals(1, 6, 3);

function spoilt(value: number): Matrix {
  const data = Float64Array.from(z.data);
  data[7] = value;
  return new Matrix(6, 3, data);
}

describe.each(BACKENDS)('on %s', (backend) => {
  describe.each(objectives)('%s', (operation, call, argument) => {
    const refusal = (batch: unknown, options?: object) =>
      failure(() => call(z, batch as Matrix, { backend, ...options }));

    it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('takes no %d', async (value) => {
      const message = expect.stringContaining('row 2, column 1');
      expect(await refusal(spoilt(value))).toMatchObject({ code: 'NOT_FINITE', argument, message });
    });

    it('takes matrices that are not empty, nor transferred away, and of one shape', async () => {
      expect(await refusal([[1, 2, 3]])).toMatchObject({ code: 'INVALID_ARGUMENT', argument });
      expect(await refusal(undefined)).toMatchObject({ code: 'INVALID_ARGUMENT', argument });
      expect(await refusal(Matrix.zeros(0, 3))).toMatchObject({ code: 'EMPTY', argument });
      expect(await refusal(Matrix.zeros(6, 0))).toMatchObject({ code: 'EMPTY', argument });
      for (const other of [normals(1, 5, 3), normals(1, 6, 2)]) {
        expect(await refusal(other)).toMatchObject({ code: 'SHAPE_MISMATCH', argument });
      }
      const gone = normals(2, 6, 3);
      structuredClone(gone.data.buffer, { transfer: [gone.data.buffer as ArrayBuffer] });
      expect(await refusal(gone)).toMatchObject({ code: 'DETACHED', argument });
    });

    it('takes known options', async () => {
      expect(await refusal(z, { weight: 1 })).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'weight' });
      expect(await refusal(z, { signal: 1 })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'signal' });
      expect(await refusal(z, { backend: 'none' })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'backend' });
    });

    it('takes float32 batches, as their float64 copies', async () => {
      const single = new Matrix(6, 3, Float32Array.from(normals(2, 6, 3).data));
      const double = new Matrix(6, 3, Float64Array.from(single.data));
      const found = await call(z, single, { backend });
      expect(found).toEqual(await call(z, double, { backend }));
      for (const { data } of found.gradients) expect(data).toBeInstanceOf(Float64Array);
    });

    it('reads batches at the call, and leaves them as they are', async () => {
      const [a, b] = [normals(3, 6, 3), normals(4, 6, 3)];
      const expected = await call(a, b, { backend });
      expect([a, b]).toEqual([normals(3, 6, 3), normals(4, 6, 3)]);
      const calls = Array.from({ length: 4 }, () => call(a, b, { backend }));
      a.data.fill(7);
      b.data.fill(7);
      for (const found of await Promise.all(calls)) expect(found).toEqual(expected);
    });

    it('stops when the signal says so', async () => {
      const reason = new Error('enough');
      await expect(call(z, z, { backend, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      // Of several stretches; the event loop turns after the first.
      const [a, b] = [normals(5, 20_000, 24), normals(6, 20_000, 24)];
      const controller = new AbortController();
      const running = call(a, b, { backend, signal: controller.signal });
      setImmediate(() => controller.abort(reason));
      await expect(running, operation).rejects.toBe(reason);
    });
  });
});

it('names the operation in what it hands on', () => {
  const { signal } = new AbortController();
  const { backend, control } = beginLoss('name', { signal, backend: 'js' });
  expect(control).toEqual({ signal, operation: 'name' });
  expect(backend.name).toBe('js');
});
