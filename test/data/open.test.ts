import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openCsv } from '../../src/data/csv.js';
import { writeNpy } from '../../src/data/npy.js';
import { writeNpz } from '../../src/data/npz.js';
import { type DataOptions, openData } from '../../src/data/open.js';
import type { DataSource } from '../../src/data/source.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { chunksOf, rowsOf } from '../support/chunks.js';
import { dataPath, hasData } from '../support/data.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/data/${name}`, import.meta.url));
const csv = (text: string, options?: DataOptions) => openData(folder.write('table.csv', text), options);

/** Class names per row, or the rows of values. */
function targetsOf({ targets }: DataSource): unknown[] {
  if (targets.kind === 'values') return targets.values.toArray();
  const { labels, classes } = targets;
  return Array.from(labels, (label) => (classes === undefined ? label : classes[label]));
}

const idx = (type: number, shape: number[], values: number[]) => {
  const extents = Buffer.alloc(4 * shape.length);
  shape.forEach((extent, i) => {
    extents.writeUInt32BE(extent, 4 * i);
  });
  return Buffer.concat([Buffer.of(0, 0, type, shape.length), extents, Buffer.from(values)]);
};

/** One record per label: planes of one red, green and blue. */
const cifar = (...labels: number[]) =>
  Buffer.concat(
    labels.map((label, i) =>
      Buffer.concat([Buffer.of(label), ...[10 * i, 100, 200].map((value) => Buffer.alloc(1024, value))]),
    ),
  );

describe('openData on CSV', () => {
  const table = 'x,kind,sign,y,z\n1,b,-1,0.5,1.5\n2,a,1,1.5,2.5\n3,b,-1,2.5,3.5\n4,b,1,3.5,4.5\n5,a,1,4.5,5.5\n';

  it.each([
    ['text', 'kind', 'auto', ['b', 'a', 'b', 'b', 'a']],
    ['integers as classes', 'sign', 'auto', ['-1', '1', '-1', '1', '1']],
    ['integers as values', 'sign', 'values', [[-1], [1], [-1], [1], [1]]],
    ['real numbers', 'y', 'auto', [[0.5], [1.5], [2.5], [3.5], [4.5]]],
    ['an index', 3, 'auto', [[0.5], [1.5], [2.5], [3.5], [4.5]]],
    ['an index as text', '3', 'auto', [[0.5], [1.5], [2.5], [3.5], [4.5]]],
    ['several columns', 'y, z', 'auto', [0, 1, 2, 3, 4].map((i) => [i + 0.5, i + 1.5])],
    ['several as an array', ['z', 0], 'auto', [0, 1, 2, 3, 4].map((i) => [i + 1.5, i + 1])],
  ] as const)('takes out the labels: %s', async (_, labels, target, expected) => {
    const columns =
      labels === 'kind' ? undefined : ['sign', 'x', 'y', 'z'].filter((name) => !String(labels).includes(name));
    const rest = Array.isArray(labels) || labels === 3 || labels === '3' ? ['sign'] : columns;
    const source = await csv(table, { labels, target, ...(rest === undefined ? {} : { columns: rest }) });
    expect(targetsOf(source)).toEqual(expected);
    expect(source.rows).toBe(5);
  });

  it('takes lists as they are at the call', async () => {
    const path = folder.write('lists.csv', table);
    const [columns, labels]: [string[], string[]] = [['x'], ['y']];
    const opening = openData(path, { columns, labels });
    columns[0] = 'z';
    labels[0] = 'sign';
    expect(await opening).toMatchObject({ cols: 1, targets: { kind: 'values' } });
    const fields = ['x'];
    const alone = openCsv(path, { columns: fields, labels: 'kind' });
    fields[0] = 'z';
    expect((await alone).names).toEqual(['x']);
  });

  it('leaves the label column out of the features', async () => {
    const source = await csv('x,kind,y\n1,b,2\n3,a,4\n', { labels: 'kind' });
    expect([source.cols, await rowsOf(source)]).toEqual([
      2,
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  it.each([
    ['no header', '1,2,a\n3,4,b\n', 2],
    ['a header of numbers', '0,1,label\n1,2,a\n3,4,b\n', 'label'],
    ['tabs', '1\t2\ta\n3\t4\tb\n', 2],
  ])('finds out about the header: %s', async (_, text, labels) => {
    const source = await csv(text, { labels });
    expect(targetsOf(source)).toEqual(['a', 'b']);
    expect(await rowsOf(source)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('takes tabs alone as delimiters in a .tsv, also compressed', async () => {
    const path = folder.write('table.tsv.gz', gzipSync('a b,c\tkind\n1\tx,y\n2\tz\n'));
    const source = await openData(path, { labels: 'kind' });
    expect([targetsOf(source), await rowsOf(source)]).toEqual([
      ['x,y', 'z'],
      [[1], [2]],
    ]);
  });

  it('gives back any table of numbers and classes', async () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const row = fc.tuple(number, fc.constantFrom('red', 'green', 'a,b', '"'), number);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 9 }), async (rows) => {
        const lines = rows.map(([x, kind, y]) => `${x},"${kind.replaceAll('"', '""')}",${y}`);
        const source = await csv(['x,kind,y', ...lines].join('\n'), { labels: 'kind' });
        expect(targetsOf(source)).toEqual(rows.map(([, kind]) => kind));
        expect(await rowsOf(source)).toEqual(rows.map(([x, , y]) => [x, y]));
      }),
    );
  });

  it.each([
    ['text among number labels', 'x,y\n1,2\n2,oops\n', {}, 'Line 3: Column 2 (y) mixes numbers and text'],
    ['a number among text labels', 'x,y\n1,a\n2,5\n', {}, 'Line 3: Column 2 (y) mixes numbers and text'],
    ['text where values are wanted', 'x,y\n1,a\n2,b\n', { target: 'values' }, 'Line 2: Column 2 (y) mixes'],
    ['a missing number label', 'x,y\n1,2\n2,\n', {}, 'Line 3: a label is missing in Column 2 (y)'],
    ['a missing text label', 'x,y\n1,a\n2,\n', {}, 'Line 3: a label is missing'],
    ['a missing class', 'x,y\n1,1\n2,\n', { target: 'classes' }, 'Line 3: a label is missing'],
    ['text in a feature', 'x,y\n1,2\noops,3\n', {}, 'Line 3: column 1 (x) does not hold a number'],
    ['lines of unequal length', 'x,y\n1,2\n3\n', {}, 'Line 3: the number of fields differs'],
  ] as const)('refuses %s, naming file, line and column', async (_, text, options, message) => {
    const error = await failure(async () => rowsOf(await csv(text, { labels: 'y', ...options })));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: folder.at('table.csv') });
    expect(error.offset).toBeTypeOf('number');
    expect(error.message).toContain(message);
  });

  it('takes numbers among text for classes when told so', async () => {
    expect(targetsOf(await csv('x,y\n1,2\n2,b\n', { labels: 'y', target: 'classes' }))).toEqual(['2', 'b']);
  });

  it('refuses more classes than there can be', async () => {
    const text = Array.from({ length: 70_000 }, (_, i) => `1,a${i}`).join('\n');
    expect((await failure(() => csv(text, { labels: 1 }))).message).toContain('too many classes');
  });

  it('streams features and gathers labels of a file of several chunks', async () => {
    const [rows, cols] = [3000, 400];
    const line = (i: number) => `${Array.from({ length: cols }, (_, j) => i * cols + j).join(',')},c${i % 3}`;
    const source = await csv(Array.from({ length: rows }, (_, i) => line(i)).join('\n'), { labels: cols });
    const chunks = await chunksOf(source);
    expect(chunks.map((chunk) => chunk.rows)).toEqual([1310, 1310, 380]);
    expect(chunks.flatMap((chunk) => [...chunk.data]).every((value, i) => value === i)).toBe(true);
    expect(targetsOf(source).every((name, i) => name === `c${i % 3}`)).toBe(true);
  });
});

describe('openData on other formats', () => {
  it('opens Parquet', async () => {
    const source = await openData(fixture('labelled.parquet'), { labels: 'kind' });
    expect([source.rows, source.cols]).toEqual([8, 3]);
    expect(targetsOf(source)).toEqual(['plum', 'apple', 'plum', 'fig', 'apple', 'fig', 'plum', 'äpfel']);
    const real = await openData(fixture('labelled.parquet'), { labels: 'x,y', columns: ['sign'] });
    expect(targetsOf(real)[5]).toEqual([1.25, 0.625]);
    expect((await rowsOf(real))[5]).toEqual([1]);
  });

  it.each([
    ['x and y', { x: Matrix.identity(3), y: Int32Array.of(1, -1, 1) }, {}, [[1], [-1], [1]]],
    [
      'a matrix of another name',
      { n: 3, rows: Matrix.identity(3), labels: Int32Array.of(0, 1, 0) },
      {},
      [[0], [1], [0]],
    ],
    ['labels by name', { y: Float64Array.of(1, 2, 3), x: Matrix.identity(3) }, { labels: 'y' }, [[1], [2], [3]]],
    [
      'several targets',
      {
        x: Matrix.identity(3),
        y: Matrix.from([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      },
      {},
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      'several label arrays',
      { X: Matrix.identity(3), a: Int32Array.of(1, 2, 3), b: Int32Array.of(4, 5, 6) },
      { labels: 'a,b' },
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
  ])('opens npz: %s', async (_, arrays, options, expected) => {
    await writeNpz(folder.at('set.npz'), arrays);
    const source = await openData(folder.at('set.npz'), { target: 'values', ...options });
    expect(await rowsOf(source)).toEqual(Matrix.identity(3).toArray());
    expect(targetsOf(source)).toEqual(expected);
  });

  it('opens npy with labels from npy, IDX and CSV', async () => {
    await writeNpy(folder.at('x.npy'), Matrix.identity(4));
    await writeNpy(folder.at('y.npy'), Int32Array.of(5, 5, 7, 5));
    const files = [
      folder.at('y.npy'),
      folder.write('y-idx1-ubyte', idx(8, [4], [5, 5, 7, 5])),
      folder.write('y.idx.gz', gzipSync(idx(8, [4], [5, 5, 7, 5]))),
      folder.write('plain.csv', '5\n5\n7\n5\n'),
      folder.write('headed.csv', 'label\n5\n5\n7\n5\n'),
      folder.write('labels', '5\n5\n7\n5\n'),
    ];
    for (const labels of files) {
      const source = await openData(folder.at('x.npy'), { labels, target: 'classes' });
      expect(targetsOf(source)).toEqual(['5', '5', '7', '5']);
      expect((await rowsOf(source))[2]).toEqual([0, 0, 1, 0]);
    }
  });

  it('tells a first label of text from a header by the number of rows', async () => {
    await writeNpy(folder.at('x.npy'), Matrix.identity(3));
    for (const text of ['cat\ndog\ncat\n', 'kind\ncat\ndog\ncat\n']) {
      const labels = folder.write('text.csv', text);
      expect(targetsOf(await openData(folder.at('x.npy'), { labels }))).toEqual(['cat', 'dog', 'cat']);
    }
  });

  it('takes several real targets from a file', async () => {
    await writeNpy(folder.at('x.npy'), Matrix.identity(2));
    const labels = folder.write('pairs.csv', 'a,b\n1,2\n3,4\n');
    expect(targetsOf(await openData(folder.at('x.npy'), { labels }))).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('lets a column go before a file of the same name', async () => {
    writeFileSync(folder.at('y'), 'not labels');
    const source = await csv('x,y\n1,a\n2,b\n', { labels: 'y' });
    expect(targetsOf(source)).toEqual(['a', 'b']);
    const labels = folder.write('other.csv', 'p\nq\n');
    const both = await csv('x,y\n1,3\n2,4\n', { labels });
    expect([both.cols, targetsOf(both)]).toEqual([2, ['p', 'q']]);
  });

  it.each(['', '.gz'])('opens a folder in the form of MNIST%s', async (end) => {
    const dir = folder.at(`mnist${end}`);
    mkdirSync(dir);
    const pack = (bytes: Buffer) => (end === '' ? bytes : gzipSync(bytes));
    writeFileSync(join(dir, `train-images-idx3-ubyte${end}`), pack(idx(8, [3, 1, 2], [1, 2, 3, 4, 5, 6])));
    writeFileSync(join(dir, `train-labels-idx1-ubyte${end}`), pack(idx(8, [3], [7, 0, 9])));
    const source = await openData(dir);
    expect(source.targets).toEqual({ kind: 'classes', labels: Int32Array.of(7, 0, 9), classes: undefined });
    expect(await rowsOf(source)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const labels = folder.write('own.csv', 'a\nb\na\n');
    expect(targetsOf(await openData(dir, { labels }))).toEqual(['a', 'b', 'a']);
    expect(targetsOf(await openData(dir, { target: 'values' }))).toEqual([[7], [0], [9]]);
  });

  it('opens CIFAR-10: files and folders, in colour and as luma', async () => {
    const dir = folder.at('batches');
    mkdirSync(dir);
    writeFileSync(join(dir, 'data_batch_2.bin'), cifar(4));
    writeFileSync(join(dir, 'data_batch_1.bin.gz'), gzipSync(cifar(9, 0)));
    const whole = await openData(dir);
    expect([whole.cols, ...targetsOf(whole)]).toEqual([3072, 'truck', 'airplane', 'deer']);
    // Its first bytes are those of an IDX file.
    const path = folder.write('one.bin', Buffer.concat([Buffer.of(0, 0, 8, 1), cifar(0).subarray(4), cifar(3)]));
    const grey = await openData(path, { grayscale: true });
    expect([grey.rows, grey.cols, ...targetsOf(grey)]).toEqual([2, 1024, 'airplane', 'cat']);
    // Weights are rounded to float32, sums are of three terms.
    const luma = [0.587 * 100 + 0.114 * 200, 0.299 * 0 + 0.587 * 100 + 0.114 * 200];
    const rows = await rowsOf(grey);
    expect(rows.map((row) => row[1023] as number)).toBeCloseToArray(luma, 4 * 2 ** -24 * 255);
    expect(rows[0]?.[1]).toBeCloseTo(0.299 * 8 + (luma[0] as number), 4);
  });

  it.skipIf(!hasData('mnist'))('opens the real MNIST', async () => {
    const source = await openData(dataPath('mnist'));
    expect([source.rows, source.cols, ...targetsOf(source).slice(0, 3)]).toEqual([60_000, 784, 5, 0, 4]);
    const images = dataPath('mnist/t10k-images-idx3-ubyte.gz');
    const test = await openData(images, { labels: dataPath('mnist/t10k-labels-idx1-ubyte.gz') });
    expect([test.rows, ...targetsOf(test).slice(0, 3)]).toEqual([10_000, 7, 2, 1]);
  });

  it.skipIf(!hasData('cifar10'))('opens the real CIFAR-10', async () => {
    const source = await openData(dataPath('cifar10/test_first1000.bin.gz'), { grayscale: true });
    expect([source.rows, source.cols, targetsOf(source)[0]]).toEqual([1000, 1024, 'cat']);
    const [chunk] = await chunksOf(source);
    expect(chunk?.data.every((value) => value >= 0 && value <= 255)).toBe(true);
    const raw = await openData(dataPath('cifar10/test_first1000.bin.gz'));
    expect(raw.cols).toBe(3072);
  });
});

describe('openData refuses', () => {
  const x = async () => {
    await writeNpy(folder.at('x.npy'), Matrix.identity(3));
    return folder.at('x.npy');
  };

  it('labels of another number than rows, naming both counts and files', async () => {
    const [data, labels] = [await x(), folder.write('four.csv', 'a\nb\na\nb\n')];
    const headed = folder.write('two.csv', 'label\n1\n2\n');
    for (const [file, count] of [
      [headed, 2],
      [folder.write('six.csv', '1\n2\n3\n4\n5\n6\n'), 6],
    ] as const) {
      const error = await failure(() => openData(data, { labels: file }));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', file });
      expect(error.message).toContain(`${count} labels do not fit 3 rows`);
      expect(error.message).toContain(data);
    }
    // Four lines for three rows: the first is a header.
    expect(targetsOf(await openData(data, { labels }))).toEqual(['b', 'a', 'b']);
  });

  it('labels that are neither column nor file, listing the columns there are', async () => {
    await writeNpz(folder.at('set.npz'), { x: Matrix.identity(3), a: Int32Array.of(1, 2, 3) });
    const cases = [
      [folder.write('table.csv', 'x,kind\n1,a\n2,b\n'), 'x, kind'],
      [fixture('labelled.parquet'), 'x, kind, sign, y'],
      [folder.at('set.npz'), 'x, a'],
      [await x(), 'existing file'],
    ] as const;
    for (const [path, listed] of cases) {
      const error = await failure(() => openData(path, { labels: 'species' }));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'labels', file: path });
      expect(error.message).toContain(listed);
    }
  });

  it('one unknown column among several', async () => {
    const error = await failure(() => csv('x,y,z\n1,2,3\n', { labels: 'y,w' }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(error.message).toMatch(/one of x, y, z.*"w"/);
  });

  it('data without labels, saying to pass them', async () => {
    await writeNpz(folder.at('bare.npz'), { x: Matrix.identity(3) });
    for (const path of [
      await x(),
      folder.write('table.csv', 'x,kind\n1,2\n'),
      folder.at('bare.npz'),
      fixture('labelled.parquet'),
      folder.write('images.idx', idx(8, [1, 2], [1, 2])),
    ]) {
      const error = await failure(() => openData(path));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'labels', file: path });
      expect(error.message).toContain('Pass labels');
    }
  });

  it.each([
    ['an unknown option', { label: 'y' }, 'UNKNOWN_OPTION'],
    ['an unknown target', { target: 'class' }, 'INVALID_ARGUMENT'],
    ['labels of no kind', { labels: {} }, 'INVALID_ARGUMENT'],
    ['an empty list of labels', { labels: [] }, 'INVALID_ARGUMENT'],
    ['a fractional index', { labels: 0.5 }, 'INVALID_ARGUMENT'],
    ['an index beyond the last', { labels: 7 }, 'OUT_OF_RANGE'],
    ['columns that are no array', { labels: 'y', columns: 'x' }, 'INVALID_ARGUMENT'],
    ['a column that is not there', { labels: 'y', columns: ['w'] }, 'INVALID_ARGUMENT'],
    ['the label column as a feature', { labels: 'y', columns: ['x', 'y'] }, 'INVALID_ARGUMENT'],
    ['labels and no features', { labels: ['x', 'y'] }, 'EMPTY'],
    ['grey tables', { labels: 'y', grayscale: true }, 'INVALID_ARGUMENT'],
    ['grey that is no boolean', { labels: 'y', grayscale: 1 }, 'INVALID_ARGUMENT'],
  ])('%s', async (_, options, code) => {
    expect((await failure(() => csv('x,y\n1,2\n3,4\n', options as never))).code).toBe(code);
  });

  it('columns where there are none to choose', async () => {
    expect((await failure(async () => openData(await x(), { columns: [0] }))).code).toBe('INVALID_ARGUMENT');
  });

  it('classes from several columns', async () => {
    const error = await failure(() => csv('x,y,z\n1,2,3\n', { labels: 'y,z', target: 'classes' }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'labels' });
  });

  it('an archive without a matrix, a file of labels that cannot be one, and data without rows', async () => {
    await writeNpz(folder.at('flat.npz'), { a: 1, y: Int32Array.of(1, 2) });
    expect((await failure(() => openData(folder.at('flat.npz')))).message).toContain('no matrix of features');
    const labels = fixture('labelled.parquet');
    expect(await failure(async () => openData(await x(), { labels }))).toMatchObject({
      code: 'FILE_FORMAT',
      file: labels,
    });
    expect((await failure(() => openData(fixture('empty.npy'), { labels: fixture('vector.npy') }))).code).toBe('EMPTY');
  });

  it('labels without a column, and labels that are not finite, naming the row', async () => {
    await writeNpy(folder.at('nan.npy'), Float64Array.of(1, Number.NaN, 2));
    await writeNpy(folder.at('none.npy'), Matrix.zeros(3, 0));
    expect((await failure(async () => openData(await x(), { labels: folder.at('none.npy') }))).code).toBe('EMPTY');
    const error = await failure(async () => openData(await x(), { labels: folder.at('nan.npy') }));
    expect(error).toMatchObject({ code: 'NOT_FINITE', file: folder.at('nan.npy') });
    expect(error.message).toContain('row 1');
  });

  it('a torn file of every format', async () => {
    const whole: Record<string, Buffer> = {
      'torn.npy': readFileSync(fixture('f8-le.npy')),
      'torn.npz': readFileSync(fixture('stored.npz')),
      'torn.parquet': readFileSync(fixture('labelled.parquet')),
      'torn.csv.gz': gzipSync('x,y\n1,2\n3,4\n'),
      'torn.bin': cifar(1, 2),
    };
    for (const [name, bytes] of Object.entries(whole)) {
      const path = folder.write(name, bytes.subarray(0, Math.floor(0.7 * bytes.length)));
      const error = await failure(async () => chunksOf(await openData(path, { labels: 0 })));
      expect(error, name).toMatchObject({ code: 'FILE_FORMAT', file: path });
    }
  });
});

describe('a CSV file without a header', () => {
  it('takes digits for an index, even where its first row holds them', async () => {
    const path = folder.write('plain.csv', '5,0,1,3\n4,7,8,9\n5,1,2,2\n4,0,0,6\n');
    const source = await openData(path, { labels: '0', target: 'classes' });
    expect(source).toMatchObject({ rows: 4, cols: 3, targets: { kind: 'classes', classes: ['4', '5'] } });
    const repeated = folder.write('repeated.csv', '5,0,0,3\n4,7,8,9\n5,1,2,2\n4,0,0,6\n');
    expect(await openData(repeated, { labels: '0' })).toMatchObject({ rows: 4, cols: 3 });
  });
});
