import { describe, expect, test } from 'vitest';
import { linalg } from '../../../src/backends/js/linalg.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { normals } from '../../support/normals.js';

describe('the asynchronous table', () => {
  test('has an operation for each synchronous one', () => {
    expect(Object.keys(linalg.async)).toEqual(Object.keys(linalg.sync));
  });

  test('computes in a later turn, with the same bits', async () => {
    const a = normals(1, 6, 4);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    const later = await linalg.async.svd({}, a, 2);
    expect(turned).toBe(true);
    expect(later).toEqual(linalg.sync.svd(a, 2));
  });

  test('takes its arguments when it is called: mutated or transferred later, they do not matter', async () => {
    const stack = [normals(2, 4, 3), normals(3, 4, 3)];
    const expected = linalg.sync.svdBatch(stack, undefined);
    const pending = linalg.async.svdBatch({}, stack, undefined);
    stack[0]?.data.fill(0);
    structuredClone(stack[1]?.data, { transfer: [stack[1]?.data.buffer as ArrayBuffer] });
    expect(await pending).toEqual(expected);
  });

  test('does not compute once aborted', async () => {
    const controller = new AbortController();
    const pending = linalg.async.eig({ signal: controller.signal }, normals(4, 5, 5));
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });

  test('a failure names its matrix of a stack', async () => {
    // Beyond the largest number: the only way to make a decomposition fail.
    const stack = [
      Matrix.identity(2),
      Matrix.from([
        [1, Number.POSITIVE_INFINITY],
        [1, 1],
      ]),
    ];
    await expect(linalg.async.svdBatch({}, stack, undefined)).rejects.toMatchObject({
      code: 'NO_CONVERGENCE',
      message: expect.stringContaining('matrix 1 of the stack'),
    });
  });
});
