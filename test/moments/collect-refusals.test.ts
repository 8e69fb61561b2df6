/** How viewMoments ends when it cannot give a result, and what state it leaves its sources in. */
import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { bits, cut, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const views = gaussianViews({ theta: 0.5 });
const x = normals(1, 600, 3);
const target = normals(2, 600, 2);

/** A copy with one element replaced. */
function spoilt(matrix: Matrix, row: number, col: number, value: number): Matrix {
  const data = matrix.data.slice();
  data[row * matrix.cols + col] = value;
  return new Matrix(matrix.rows, matrix.cols, data);
}

/** Takes the array's memory away, as posting it to a worker does. */
function transfer(matrix: Matrix): void {
  structuredClone(matrix.data.buffer, { transfer: [matrix.data.buffer as ArrayBuffer] });
}

describe.each(BACKENDS)('viewMoments on %s', (backend) => {
  it('names the first element that is not finite by its row in the whole source', async () => {
    const place = fc.record({
      row: fc.nat({ max: 599 }),
      col: fc.nat({ max: 2 }),
      value: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      cuts: fc.array(fc.nat({ max: 600 }), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(place, async ({ row, col, value, cuts }) => {
        const bad = cut(spoilt(x, row, col, value), cuts);
        const error = await failure(() => viewMoments(bad, views, { backend }));
        expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'source', received: String(value) });
        expect(error.message).toContain(`source has ${value} at row ${row}, column ${col}.`);
      }),
      { numRuns: 20 },
    );
  });

  it('names it in the target too', async () => {
    const bad = cut(spoilt(target, 512, 1, Number.NaN), [77]);
    const error = await failure(() => viewMoments(cut(x, [300]), views, { backend, target: bad }));
    expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'target' });
    expect(error.message).toContain('target has NaN at row 512, column 1.');
  });

  it('names the column whose squares overflow', async () => {
    const data = await failure(() => viewMoments(spoilt(x, 10, 2, 1e200), views, { backend }));
    expect(data).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'source' });
    expect(data.message).toContain('source column 2');
    const aside = await failure(() => viewMoments(x, views, { backend, target: spoilt(target, 599, 1, -1e160) }));
    expect(aside).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'target' });
    expect(aside.message).toContain('target column 1');
  });

  it('says when there are no rows', async () => {
    const nothing = [Matrix.zeros(0, 3), [], [Matrix.zeros(0, 3)], [Matrix.zeros(0, 0)], new Watched<Matrix>([])];
    for (const source of nothing) {
      expect(await failure(() => viewMoments(source, views, { backend }))).toMatchObject({
        code: 'EMPTY',
        argument: 'source',
      });
      expect(await failure(() => viewMoments(x, views, { backend, target: source }))).toMatchObject({
        code: 'EMPTY',
        argument: 'target',
      });
    }
    const between = [...cut(x, [5]), Matrix.zeros(0, 3)];
    expect((await viewMoments(between, views, { backend })).count).toBe(600);
  });

  it('refuses chunks that are no matrices or of different widths', async () => {
    const ragged = [x, normals(3, 4, 2)];
    expect(await failure(() => viewMoments(ragged, views, { backend }))).toMatchObject({
      code: 'SHAPE_MISMATCH',
      argument: 'source',
      received: 'a chunk of 2',
    });
    for (const chunk of [[1, 2], null, undefined, Float64Array.of(1), 'x']) {
      const source = [x, chunk as unknown as Matrix];
      expect(await failure(() => viewMoments(source, views, { backend }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('refuses what is no source', async () => {
    for (const source of [undefined, null, 3, 'abc', {}, () => x]) {
      const error = await failure(() => viewMoments(source as unknown as Matrix, views, { backend }));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'source' });
    }
  });

  it.each([
    ['longer', normals(4, 601, 1), 'more than 600'],
    ['shorter', normals(4, 599, 1), 'only 599'],
  ])('refuses a %s target', async (_, uneven, received) => {
    for (const chunks of [uneven, cut(uneven, [256, 512])]) {
      const error = await failure(() => viewMoments(cut(x, [300]), views, { backend, target: chunks }));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'target', received });
    }
  });

  it('refuses a prefix longer than the data', async () => {
    const error = await failure(() => viewMoments(x, views, { backend, prefixes: [10, 601] }));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'prefixes', received: '601' });
    expect(error.expected).toContain('600');
  });

  it('notices arrays transferred away before and during the call', async () => {
    const before = normals(5, 4, 3);
    transfer(before);
    expect(await failure(() => viewMoments(before, views, { backend }))).toMatchObject({ code: 'DETACHED' });
    expect(await failure(() => viewMoments([before], views, { backend }))).toMatchObject({ code: 'DETACHED' });

    // While the second chunk of targets is awaited, the rows beside it go away.
    const during = normals(5, 4, 3);
    const targets = new Watched(cut(normals(6, 4, 1), [2]), (index) => index === 1 && transfer(during));
    const error = await failure(() => viewMoments(during, views, { backend, target: targets }));
    expect(error).toMatchObject({ code: 'DETACHED', argument: 'source' });
    expect(targets.closed).toBe(true);

    const later = normals(6, 4, 1);
    const rows = new Watched(cut(normals(5, 4, 3), [2]), (index) => index === 1 && transfer(later));
    const other = await failure(() => viewMoments(rows, views, { backend, target: later }));
    expect(other).toMatchObject({ code: 'DETACHED', argument: 'target' });
  });

  it('rejects with the reason of an abort, whenever it comes', async () => {
    const reason = new Error('enough');
    const untouched = new Watched([x]);
    const signal = AbortSignal.abort(reason);
    await expect(viewMoments(untouched, views, { backend, signal })).rejects.toBe(reason);
    expect(untouched.handedOut).toBe(0);

    for (const at of [0, 1, 7]) {
      const controller = new AbortController();
      const chunks = Array.from({ length: 8 }, () => x);
      const source = new Watched(chunks, (index) => index === at && controller.abort(reason));
      const beside = new Watched(chunks);
      const { signal } = controller;
      await expect(viewMoments(source, views, { backend, signal, target: beside })).rejects.toBe(reason);
      expect(source.handedOut).toBeLessThanOrEqual(at + 1);
      expect([source.closed, beside.closed]).toEqual([true, beside.handedOut > 0]);
    }
  });

  it('reads no further once onProgress has aborted, at the very end neither', async () => {
    for (const at of [200, 600]) {
      const controller = new AbortController();
      const source = new Watched(cut(x, [200, 400]));
      const onProgress = ({ rows }: { rows: number }) => rows === at && controller.abort('enough');
      const options = { backend, signal: controller.signal, onProgress };
      await expect(viewMoments(source, views, options)).rejects.toBe('enough');
      expect(source).toMatchObject({ handedOut: at / 200, closed: true });
    }
  });

  it('can be aborted at any moment, so that even an endless source ends', async () => {
    const controller = new AbortController();
    const large = normals(7, 300, 300);
    function* endless() {
      for (;;) yield large;
    }
    const source = new Watched(endless());
    setTimeout(() => controller.abort('now'), 20);
    await expect(viewMoments(source, views, { backend, signal: controller.signal })).rejects.toBe('now');
    expect(source.closed).toBe(true);
  });

  it('closes both sources when onProgress throws, and passes its error on', async () => {
    const oops = new Error('oops');
    const source = new Watched(cut(x, [200, 400]));
    const beside = new Watched(cut(target, [100]));
    const onProgress = () => {
      throw oops;
    };
    await expect(viewMoments(source, views, { backend, target: beside, onProgress })).rejects.toBe(oops);
    expect([source.closed, beside.closed]).toEqual([true, true]);
    expect([source.handedOut, beside.handedOut]).toEqual([1, 1]);
  });

  it('closes both sources when the data are refused', async () => {
    const source = new Watched([x, normals(3, 4, 2)]);
    const beside = new Watched([target, target]);
    await failure(() => viewMoments(source, views, { backend, target: beside }));
    expect([source.closed, beside.closed]).toEqual([true, true]);
  });

  it('closes an iterator that is no generator', async () => {
    const closed: string[] = [];
    const iterator = (name: string) => ({
      [Symbol.iterator]: () => ({
        next: () => ({ value: x, done: false }),
        return: () => {
          closed.push(name);
          return { value: undefined, done: true };
        },
      }),
    });
    const options = { backend, prefixes: [700], target: iterator('target') };
    await viewMoments(iterator('source') as Iterable<Matrix>, views, options as never);
    expect(closed).toEqual(['source', 'target']);
  });

  it("passes a source's own error on and closes the other", async () => {
    const broken = new Error('disk on fire');
    const source = new Watched(cut(x, [200]), (index) => {
      if (index === 1) throw broken;
    });
    const beside = new Watched(cut(target, [100, 200, 300]));
    await expect(viewMoments(source, views, { backend, target: beside })).rejects.toBe(broken);
    expect(beside.closed).toBe(true);
  });

  it('does not let a source that fails to close hide the reason or keep the other open', async () => {
    const oops = new Error('oops');
    async function* stubborn() {
      try {
        yield* [x, x];
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: a source whose clean-up fails is what is tested
        throw new Error('cannot close');
      }
    }
    const beside = new Watched([target, target]);
    const onProgress = () => {
      throw oops;
    };
    await expect(viewMoments(stubborn(), views, { backend, target: beside, onProgress })).rejects.toBe(oops);
    expect(beside.closed).toBe(true);
  });

  it('leaves nothing behind that would disturb the next call', async () => {
    const expected = bits(await viewMoments(x, views, { backend }));
    await failure(() => viewMoments(spoilt(x, 1, 1, Number.NaN), views, { backend }));
    expect(bits(await viewMoments(x, views, { backend }))).toEqual(expected);
  });
});

describe('viewMoments', () => {
  it.each([
    [{ prefixes: [] }, 'INVALID_ARGUMENT', 'prefixes'],
    [{ prefixes: 'abc' }, 'INVALID_ARGUMENT', 'prefixes'],
    [{ prefixes: [1.5] }, 'INVALID_ARGUMENT', 'prefixes[0]'],
    [{ prefixes: [0] }, 'OUT_OF_RANGE', 'prefixes[0]'],
    [{ prefixes: [5, 5] }, 'OUT_OF_RANGE', 'prefixes[1]'],
    [{ prefixes: [3, 2] }, 'OUT_OF_RANGE', 'prefixes[1]'],
    [{ onProgress: 'loud' }, 'INVALID_ARGUMENT', 'onProgress'],
    [{ onprogress: () => {} }, 'UNKNOWN_OPTION', 'onprogress'],
    [{ backend: 'abacus' }, 'INVALID_ARGUMENT', 'backend'],
    [{ signal: true }, 'INVALID_ARGUMENT', 'signal'],
    [{ target: 7 }, 'INVALID_ARGUMENT', 'target'],
    [{ samples: 1 }, 'OUT_OF_RANGE', 'samples'],
    [{ samples: 0 }, 'OUT_OF_RANGE', 'samples'],
    [{ samples: 4097 }, 'OUT_OF_RANGE', 'samples'],
    [{ samples: 2.5 }, 'INVALID_ARGUMENT', 'samples'],
    [{ samples: 'many' }, 'INVALID_ARGUMENT', 'samples'],
    [{ samples: null }, 'INVALID_ARGUMENT', 'samples'],
    [{ seed: -1 }, 'OUT_OF_RANGE', 'seed'],
    [{ seed: 0.5 }, 'INVALID_ARGUMENT', 'seed'],
    [{ seed: 2 ** 53 }, 'INVALID_ARGUMENT', 'seed'],
    [{ seed: null }, 'INVALID_ARGUMENT', 'seed'],
    [{ firstSample: -1 }, 'OUT_OF_RANGE', 'firstSample'],
    [{ firstSample: 1.5 }, 'INVALID_ARGUMENT', 'firstSample'],
    [{ firstSample: '0' }, 'INVALID_ARGUMENT', 'firstSample'],
    [{ targetError: 0.1 }, 'INVALID_ARGUMENT', 'targetError'],
    [{ samples: 2, targetError: 0.1 }, 'INVALID_ARGUMENT', 'targetError'],
    [{ samples: 'auto', targetError: 0 }, 'OUT_OF_RANGE', 'targetError'],
    [{ samples: 'auto', targetError: Number.NaN }, 'INVALID_ARGUMENT', 'targetError'],
    [null, 'INVALID_ARGUMENT', 'options'],
  ])('refuses the options %j', async (options, code, argument) => {
    const source = new Watched([x]);
    expect(await failure(() => viewMoments(source, views, options as never))).toMatchObject({ code, argument });
    expect(source.closed || source.handedOut === 0).toBe(true);
  });

  it('refuses what is no view process', async () => {
    for (const process of [undefined, null, {}, 'gaussian', { step: 1 }]) {
      const error = await failure(() => viewMoments(x, process as unknown as ViewProcess));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'views' });
    }
  });

  it('refuses covariances of another dimension than the data', async () => {
    for (const theta of [new Float64Array(2), Matrix.identity(4)]) {
      const error = await failure(() => viewMoments(x, gaussianViews({ theta })));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'theta' });
    }
  });

  it('keeps no rows', async () => {
    // 200 chunks of 4 MB; what the collector has not freed yet stays far below the 800 MB they are.
    const bytes = () => process.memoryUsage().arrayBuffers + process.memoryUsage().rss;
    const before = bytes();
    let most = 0;
    function* chunks() {
      for (let i = 0; i < 200; i++) yield new Matrix(8192, 64, new Float64Array(8192 * 64).fill(1));
    }
    const onProgress = () => {
      most = Math.max(most, bytes() - before);
    };
    const moments = await viewMoments(chunks(), views, { backend: 'native', onProgress });
    expect(moments.count).toBe(200 * 8192);
    expect(most).toBeLessThan(400e6);
  });
});
