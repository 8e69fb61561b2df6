import { describe, expect, it } from 'vitest';
import { openNpz, writeNpz } from '../../src/data/npz.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import type { MomentsJson } from '../../src/moments/serialise.js';
import { ViewMoments } from '../../src/moments/view-moments.js';
import { failure } from '../support/failure.js';
import { linearProblems, momentsOf } from '../support/fixtures.js';
import { bits } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { TemporaryFolder } from '../support/temporary.js';
import { viewsOf } from '../support/view-processes.js';

const folder = new TemporaryFolder();
const all = await Promise.all(linearProblems.map((problem) => momentsOf(problem)));
const withTarget = all[0] as ViewMoments;
const views = viewsOf({ process: 'gaussian', theta: 0.1 });
const withoutTarget = await viewMoments(normals(1, 9, 3), views, { backend: 'js' });
const smallest = await viewMoments(Matrix.from([[-0.5]]), views, { backend: 'js', target: Matrix.from([[1 / 3]]) });
const moments = [...all, withoutTarget, smallest];

const parse = (json: unknown) => ViewMoments.fromJSON(JSON.parse(JSON.stringify(json)));

describe('toJSON and fromJSON', () => {
  it('give every bit back', () => {
    for (const original of moments) {
      const copy = parse(original);
      expect(copy).toBeInstanceOf(ViewMoments);
      expect(bits(copy)).toEqual(bits(original));
    }
  });

  it('keep numbers of any magnitude, and the sign of zero', () => {
    const extremes = [5e-324, -0, 1.7976931348623157e308, -1 / 3];
    const odd = new ViewMoments({ ...withTarget, inputMean: Float64Array.from(extremes) });
    expect(bits(parse(odd))).toEqual(bits(odd));
  });

  it('keep float32 matrices as the numbers they hold', () => {
    const inputCross = new Matrix(4, 4, Float32Array.from(withTarget.inputCross.data));
    const copy = parse(new ViewMoments({ ...withTarget, inputCross }));
    expect([...copy.inputCross.data]).toEqual([...inputCross.data]);
  });

  it('refuse anything else with a code, whatever it is', async () => {
    for (const json of [undefined, null, 3, 'text', [], {}, { format: 'eigenview.ViewMoments', version: 2 }]) {
      expect(await failure(() => ViewMoments.fromJSON(json))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        argument: 'json',
      });
    }
    fc.assert(fc.property(fc.jsonValue(), (json) => expectRefused(json)));
    const header = { format: 'eigenview.ViewMoments', version: 1 };
    fc.assert(fc.property(fc.jsonValue(), (fields) => expectRefused({ ...header, fields })));
  });

  it('refuse one that was tampered with', () => {
    const { fields } = withTarget.toJSON();
    const tampering = fc.record({
      name: fc.constantFrom(...Object.keys(fields)),
      value: fc.oneof(
        fc.constantFrom(undefined, null, -1, 'AAAA', Number.NaN),
        fc.record({ rows: fc.integer(), cols: fc.integer(), base64: fc.base64String() }),
        fc.jsonValue(),
      ),
    });
    fc.assert(
      fc.property(tampering, ({ name, value }) => {
        // A number in place of another cannot be told from a true one.
        fc.pre(!(typeof value === 'number' && value >= 0));
        expectRefused({ ...withTarget.toJSON(), fields: { ...fields, [name]: value } });
      }),
    );
  });

  it.each<[string, (json: MomentsJson) => void, string, string | undefined]>([
    ['a row is missing', ({ fields }) => resize(fields, 'second', 3, 4), 'SHAPE_MISMATCH', 'second'],
    [
      'the targets are of two sizes',
      ({ fields }) => resize(fields, 'targetCross', 1, 4),
      'SHAPE_MISMATCH',
      'targetCross',
    ],
    ['the mean is too long', ({ fields }) => resize(fields, 'inputMean', 5, 1), 'SHAPE_MISMATCH', 'inputMean'],
    ['a number is not finite', ({ fields }) => poke(fields, 'covariance', 3, Number.NaN), 'NOT_FINITE', 'covariance'],
    ['S is not symmetric', ({ fields }) => poke(fields, 'second', 1, 99), 'NOT_SYMMETRIC', 'second'],
    ['bytes are missing', ({ fields }) => crop(fields, 'second'), 'SHAPE_MISMATCH', 'second.base64'],
    ['there are no samples', ({ fields }) => put(fields, 'count', 0), 'OUT_OF_RANGE', 'count'],
    ['samples are split', ({ fields }) => put(fields, 'count', 1.5), 'INVALID_ARGUMENT', 'count'],
    ['an energy is negative', ({ fields }) => put(fields, 'inputEnergy', -1), 'OUT_OF_RANGE', 'inputEnergy'],
    ['a field is lost', ({ fields }) => put(fields, 'targetMean', undefined), 'INVALID_ARGUMENT', 'targetMean'],
    ['a field is too many', ({ fields }) => put(fields, 'third', 1), 'INVALID_ARGUMENT', undefined],
    ['a field has an inherited name', ({ fields }) => put(fields, 'toString', 1), 'INVALID_ARGUMENT', undefined],
  ])('say what is wrong when %s', async (_, tamper, code, argument) => {
    const json = JSON.parse(JSON.stringify(withTarget));
    tamper(json);
    const error = await failure(() => parse(json));
    expect(error.code).toBe(code);
    expect(error.argument).toBe(argument);
  });

  it('do not let a field reach the prototype', async () => {
    const text = JSON.stringify(withTarget).replace(
      '"count":',
      '"__proto__":{"rows":1,"cols":1,"base64":"AAAAAAAA8D8="},"count":',
    );
    const error = await failure(() => ViewMoments.fromJSON(JSON.parse(text)));
    expect(error.message).toContain("'__proto__'");
  });
});

describe('save and load', () => {
  it('give every bit back', async () => {
    for (const original of moments) {
      const path = folder.at('moments.npz');
      await original.save(path);
      expect(bits(await ViewMoments.load(path))).toEqual(bits(original));
    }
  });

  it('write an archive of one array a field', async () => {
    const path = folder.at('fields.npz');
    await withTarget.save(path);
    const npz = await openNpz(path);
    expect([...npz.names].sort()).toEqual(Object.keys(withTarget).sort());
    expect((await npz.read('second')).data).toEqual(withTarget.second.data);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['is not finite', { viewMean: Float64Array.of(1, 2, 3, Number.NaN) }, 'NOT_FINITE'],
    ['has the wrong shape', { second: Matrix.identity(5) }, 'SHAPE_MISMATCH'],
    [
      'is not symmetric',
      {
        inputSecond: Matrix.from([
          [1, 2, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
          [0, 0, 0, 1],
        ]),
      },
      'NOT_SYMMETRIC',
    ],
    ['is unknown', { extra: 3 }, 'INVALID_ARGUMENT'],
    ['is an array instead of a number', { count: Float64Array.of(1, 2) }, 'INVALID_ARGUMENT'],
    ['is negative', { targetEnergy: -1 }, 'OUT_OF_RANGE'],
  ])('refuse a file in which a field %s', async (_, changed, code) => {
    const path = folder.at('changed.npz');
    await writeNpz(path, { ...flatFields(withTarget), ...changed } as Arrays);
    expect(await failure(() => ViewMoments.load(path))).toMatchObject({ code });
  });

  it('refuse a file in which a field is missing', async () => {
    const path = folder.at('lost.npz');
    for (const name of Object.keys(withTarget)) {
      const { [name]: _, ...rest } = flatFields(withTarget);
      await writeNpz(path, rest);
      expect(await failure(() => ViewMoments.load(path)), name).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('refuse what is no archive or not there', async () => {
    expect(await failure(() => ViewMoments.load(folder.at('missing.npz')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    const path = folder.write('text.npz', 'not an archive');
    expect(await failure(() => ViewMoments.load(path))).toMatchObject({ code: 'FILE_FORMAT', file: path });
    expect(await failure(() => ViewMoments.load(3 as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuse to write where there is no folder', async () => {
    const error = await failure(() => withTarget.save(folder.at('nowhere/moments.npz')));
    expect(['FILE_NOT_FOUND', 'FILE_IO']).toContain(error.code);
  });
});

type Arrays = Parameters<typeof writeNpz>[1];

/** The arrays that exact moments are. */
function flatFields({ drawn, ...fields }: ViewMoments): Arrays {
  expect(drawn).toBeUndefined();
  return fields;
}

function expectRefused(json: unknown): void {
  expect(() => ViewMoments.fromJSON(json)).toThrow(expect.objectContaining({ name: 'EigenviewError' }));
}

type Fields = MomentsJson['fields'];
type Encoded = Exclude<Fields[string], number>;

function resize(fields: Fields, name: string, rows: number, cols: number): void {
  fields[name] = { rows, cols, base64: Buffer.alloc(8 * rows * cols).toString('base64') };
}

function poke(fields: Fields, name: string, index: number, value: number): void {
  const field = fields[name] as Encoded;
  const bytes = Buffer.from(field.base64, 'base64');
  bytes.writeDoubleLE(value, 8 * index);
  field.base64 = bytes.toString('base64');
}

function crop(fields: Fields, name: string): void {
  const field = fields[name] as Encoded;
  field.base64 = field.base64.slice(0, -8);
}

function put(fields: Fields, name: string, value: number | undefined): void {
  if (value === undefined) delete fields[name];
  else fields[name] = value;
}
