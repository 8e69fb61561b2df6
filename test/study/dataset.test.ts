import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { setPacked } from '../../src/data/packed.js';
import type { DataSource, LabelledSource, Targets } from '../../src/data/source.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { builtInDataset } from '../../src/study/built-in.js';
import { imageDataset, tableDataset } from '../../src/study/dataset.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { failure } from '../support/failure.js';
import { cut } from '../support/moments.js';
import { normals } from '../support/normals.js';
import { collect } from '../support/study.js';

const [ROWS, COLS] = [300, 6];
const DATA = normals(1, ROWS, COLS);
const CLASSES: Targets = {
  kind: 'classes',
  labels: Int32Array.from({ length: ROWS }, (_, i) => i % 3),
  classes: undefined,
};
const VALUES: Targets = { kind: 'values', values: normals(2, ROWS, 2) };

function source(data: Matrix, targets: Targets = CLASSES, facts: Partial<DataSource> = {}): DataSource {
  return {
    rows: data.rows,
    cols: data.cols,
    targets,
    async *[Symbol.asyncIterator]() {
      yield* cut(
        data,
        [100, 101, 250].filter((at) => at < data.rows),
      );
    },
    ...facts,
  };
}

const spools = () => readdirSync(tmpdir()).filter((name) => /^eigenview-[^-]{6}$/.test(name));

describe('tableDataset', () => {
  it.each([3, 'all'] as const)(
    'has the same cells from a temporary file as from memory (signalDims %s)',
    async (signalDims) => {
      const before = spools();
      const memory = await tableDataset('a', source(DATA), { signalDims });
      const spooled = await tableDataset('a', source(DATA), { signalDims, memoryBytes: 1 });
      expect(spooled.id).toBe(memory.id);
      const grid = { n: [50, 120, 300], k: 2, noiseDims: 2, noise: [0.1, 10], theta: 1, seeds: 2 };
      expect(await collect(spooled, grid)).toEqual(await collect(memory, grid));
      await Promise.all([memory.close?.(), spooled.close?.()]);
      expect(spools()).toEqual(before);
    },
  );

  it.each([3, 'all'] as const)(
    'takes sources that yield one array again and again (signalDims %s)',
    async (signalDims) => {
      const reused = source(DATA, CLASSES, {
        async *[Symbol.asyncIterator]() {
          const buffer = new Float64Array(100 * COLS);
          for (let from = 0; from < ROWS; from += 100) {
            buffer.set(DATA.data.subarray(from * COLS, (from + 100) * COLS));
            yield new Matrix(100, COLS, buffer);
          }
        },
      });
      const { id } = await tableDataset('a', source(DATA), { signalDims });
      expect((await tableDataset('a', reused, { signalDims })).id).toBe(id);
    },
  );

  it.each<[string, string, unknown, object]>([
    ['INVALID_ARGUMENT', 'source', undefined, {}],
    ['INVALID_ARGUMENT', 'source', DATA, {}],
    ['INVALID_ARGUMENT', 'source', { ...source(DATA), targets: undefined }, {}],
    ['INVALID_ARGUMENT', 'source', { rows: 1, cols: 1, targets: CLASSES }, {}],
    ['INVALID_ARGUMENT', 'memoryBytes', source(DATA), { memoryBytes: '1' }],
    ['OUT_OF_RANGE', 'memoryBytes', source(DATA), { memoryBytes: -1 }],
    ['INVALID_ARGUMENT', 'signalDims', source(DATA), { signalDims: undefined }],
  ])('refuses with %s what is wrong with %s', async (code, argument, data, options) => {
    const error = await failure(() => tableDataset('a', data as DataSource, { signalDims: 2, ...options }));
    expect(error).toMatchObject({ code, argument });
  });

  it('draws no sample beyond its rows', async () => {
    const dataset = await tableDataset('a', source(DATA), { signalDims: 2 });
    for (const [seed, n, argument] of [
      [0, ROWS + 1, 'n'],
      [0, 1.5, 'n'],
      [0, 0, 'n'],
      [-1, 10, 'seed'],
    ] as const) {
      expect(await failure(async () => dataset.signal(seed, n)), argument).toMatchObject({ argument });
      expect(await failure(() => rowsOf(dataset.targets(seed, n))), argument).toMatchObject({ argument });
    }
  });

  it('is the data themselves with all signal dimensions, in the seed’s order', async () => {
    const dataset = await tableDataset('a', source(DATA, VALUES), { signalDims: 'all' });
    expect([dataset.dims, dataset.rows, dataset.target]).toEqual([COLS, ROWS, 'values']);
    const [signal, targets] = [await rowsOf(dataset.signal(4, ROWS)), await rowsOf(dataset.targets(4, ROWS))];
    const rows = DATA.toArray().map((row) => row.join());
    const order = signal.map((row) => rows.indexOf(row.join()));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, i) => i));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
    const values = (VALUES as { values: Matrix }).values.toArray();
    expect(targets).toEqual(order.map((row) => values[row]));
  });

  it('draws nested samples, other ones for other seeds', async () => {
    const dataset = await tableDataset('a', source(DATA), { signalDims: 2 });
    const [few, many, other] = [
      await rowsOf(dataset.signal(1, 10)),
      await rowsOf(dataset.signal(1, 290)),
      await rowsOf(dataset.signal(2, 10)),
    ];
    expect(many.slice(0, 10)).toEqual(few);
    expect(other).not.toEqual(few);
    expect(await rowsOf(dataset.targets(1, 10))).toEqual((await rowsOf(dataset.targets(1, 290))).slice(0, 10));
  });

  it('has centred, uncorrelated signals of falling variance', async () => {
    const dataset = await tableDataset('a', source(DATA), { signalDims: COLS });
    const rows = await rowsOf(dataset.signal(0, ROWS));
    const moment = (a: number, b: number) =>
      rows.reduce((sum, r) => sum + (r[a] as number) * (r[b] as number), 0) / ROWS;
    for (let a = 0; a < COLS; a++) {
      expect(Math.abs(rows.reduce((sum, r) => sum + (r[a] as number), 0) / ROWS)).toBeLessThan(1e-12);
      for (let b = 0; b < a; b++) expect(Math.abs(moment(a, b))).toBeLessThan(1e-12);
      if (a > 0) expect(moment(a, a)).toBeLessThanOrEqual(moment(a - 1, a - 1));
    }
  });

  it('has one one-hot column for each class that is named or occurs', async () => {
    const named: Targets = {
      kind: 'classes',
      labels: CLASSES.kind === 'classes' ? CLASSES.labels : new Int32Array(),
      classes: ['a', 'b', 'c', 'd'],
    };
    const [plain, withNames] = [
      await tableDataset('a', source(DATA), { signalDims: 2 }),
      await tableDataset('a', source(DATA, named), { signalDims: 2 }),
    ];
    const [three, four] = [(await chunksOf(plain.targets(0, 5)))[0], (await chunksOf(withNames.targets(0, 5)))[0]];
    expect([three?.cols, four?.cols]).toEqual([3, 4]);
    for (const row of three?.toArray() ?? []) expect([...row].sort()).toEqual([0, 0, 1]);
  });

  it('has an id of data, targets and dimensions, and not of the name or the chunks', async () => {
    const id = async (data: Matrix, targets: Targets, signalDims: number | 'all') =>
      (await tableDataset('a', source(data, targets), { signalDims })).id;
    const nudged = new Matrix(ROWS, COLS, DATA.data.slice());
    nudged.data[7] = (nudged.data[7] as number) + 1e-12;
    const relabelled: Targets = {
      kind: 'classes',
      labels: Int32Array.from({ length: ROWS }, (_, i) => (i === 9 ? 1 : i % 3)),
      classes: undefined,
    };
    const ids = [
      await id(DATA, CLASSES, 3),
      await id(nudged, CLASSES, 'all'),
      await id(DATA, CLASSES, 2),
      await id(DATA, CLASSES, 'all'),
      await id(DATA, relabelled, 3),
      await id(DATA, VALUES, 3),
    ];
    expect(new Set(ids).size).toBe(6);
    for (const one of ids) expect(one).toMatch(/^[0-9a-f]{32}$/);
    const whole = {
      ...source(DATA),
      async *[Symbol.asyncIterator]() {
        yield DATA;
      },
    };
    expect((await tableDataset('b', whole, { signalDims: 3 })).id).toBe(ids[0]);
  });

  it('reads data that fit in memory once, others twice', async () => {
    const count = async (memoryBytes: number) => {
      let readings = 0;
      const counted = {
        ...source(DATA),
        [Symbol.asyncIterator]: () => {
          readings++;
          return source(DATA)[Symbol.asyncIterator]();
        },
      };
      await (await tableDataset('a', counted as DataSource, { signalDims: 2, memoryBytes })).close?.();
      return readings;
    };
    expect(await count(2 ** 20)).toBe(1);
    expect(await count(1)).toBe(2);
  });

  it.each(['native', 'js'] as const)('has the same numbers from bytes as from floats (%s)', async (backend) => {
    const cuts = [0, 100, 101, 250, ROWS];
    const bytes = Uint8Array.from({ length: ROWS * COLS }, (_, i) => (i * i * 31) % 251);
    let readings = 0;
    const packed = setPacked(source(new Matrix(ROWS, COLS, Float32Array.from(bytes))), async function* () {
      readings++;
      for (const [i, from] of cuts.slice(0, -1).entries()) {
        const to = cuts[i + 1] as number;
        yield { rows: to - from, cols: COLS, bytes: bytes.subarray(from * COLS, to * COLS) };
      }
    });
    const build = async (data: DataSource, memoryBytes: number) => {
      const dataset = await tableDataset('a', data, { signalDims: 2, memoryBytes, backend });
      const rows = await rowsOf(dataset.signal(5, ROWS));
      await dataset.close?.();
      return { id: dataset.id, rows };
    };
    const floats = await build({ ...packed }, 2 ** 20);
    expect(readings).toBe(0);
    expect(await build(packed, 2 ** 20)).toEqual(floats);
    expect(readings).toBe(1);
    // Bytes that do not fit in memory either are read twice, as floats.
    expect(await build(packed, ROWS * COLS - 1)).toEqual(floats);
    expect(readings).toBe(1);
  });

  const nan = new Matrix(ROWS, COLS, DATA.data.slice());
  nan.data[3 * COLS + 2] = Number.NaN;
  it.each([
    ['more signal dimensions than columns', source(DATA), COLS + 1, 'OUT_OF_RANGE', 'data'],
    ['no signal dimension', source(DATA), 0, 'OUT_OF_RANGE', 'signalDims'],
    ['NaN under PCA', source(nan), 2, 'NOT_FINITE', undefined],
    ['NaN in data as they are', source(nan), 'all', 'NOT_FINITE', 'data'],
    ['fewer labels than rows', source(DATA, { kind: 'values', values: normals(1, 9, 1) }), 2, 'SHAPE_MISMATCH', 'data'],
    [
      'fewer rows than said',
      source(DATA, { kind: 'values', values: normals(1, 999, 1) }, { rows: 999 }),
      2,
      'SHAPE_MISMATCH',
      'data',
    ],
    [
      'more rows than said',
      source(DATA, { kind: 'values', values: normals(1, 99, 1) }, { rows: 99 }),
      2,
      'SHAPE_MISMATCH',
      'data',
    ],
    ['other columns than said', source(DATA, CLASSES, { cols: 7 }), 'all', 'SHAPE_MISMATCH', undefined],
  ] as const)('refuses %s, and leaves no temporary file', async (_, bad, signalDims, code, argument) => {
    const before = spools();
    for (const memoryBytes of [2 ** 20, 1]) {
      const error = await failure(() => tableDataset('a', bad, { signalDims, memoryBytes }));
      expect(error).toMatchObject(argument === undefined ? { code } : { code, argument });
    }
    expect(spools()).toEqual(before);
  });
});

describe('imageDataset', () => {
  it('is the table of a labelled source', async () => {
    const { labels } = CLASSES as { labels: Int32Array };
    const { targets: _, ...rows } = source(DATA);
    const images = await imageDataset('a', { ...rows, labels } as LabelledSource, 3);
    expect(images.id).toBe((await tableDataset('a', source(DATA), { signalDims: 3 })).id);
  });

  it.each([[null], [{}], [{ cols: 3, labels: [1, 2] }]])('refuses %o', async (images) => {
    expect(await failure(() => imageDataset('a', images as never, 3))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'images',
    });
  });
});

describe('builtInDataset', () => {
  it('nests its samples: a seed’s first rows do not depend on how many are drawn', async () => {
    const dataset = await builtInDataset();
    expect((await rowsOf(dataset.signal(3, 5000))).slice(0, 10)).toEqual(await rowsOf(dataset.signal(3, 10)));
  });

  it('has the leading coordinates with fewer signal dimensions, and another id', async () => {
    const [all, few] = [await builtInDataset(), await builtInDataset(7)];
    const rows = await rowsOf(all.signal(0, 20));
    expect(await rowsOf(few.signal(0, 20))).toEqual(rows.map((row) => row.slice(0, 7)));
    expect(few.id).not.toBe(all.id);
    expect((await builtInDataset(50)).id).toBe(all.id);
  });

  it('has MNIST’s class weights', async () => {
    const dataset = await builtInDataset();
    let total = 0;
    const sums = new Float64Array(10);
    for await (const chunk of dataset.targets(1, 20000)) {
      for (let i = 0; i < chunk.data.length; i++) (sums[i % 10] as number) += chunk.data[i] as number;
      total += chunk.rows;
    }
    expect(total).toBe(20000);
    // 6 742 of 60 000 are ones, 5 421 fives; three binomial standard errors are 0.0067.
    expect(Math.abs((sums[1] as number) / total - 6742 / 60000)).toBeLessThan(0.0067);
    expect(Math.abs((sums[5] as number) / total - 5421 / 60000)).toBeLessThan(0.0067);
  });

  it.each([51, 0, 1.5])('refuses %d signal dimensions', async (signalDims) => {
    expect(await failure(() => builtInDataset(signalDims))).toMatchObject({ argument: 'signalDims' });
  });
});
