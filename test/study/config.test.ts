import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { EigenviewError } from '../../src/errors.js';
import {
  parseStudyConfig,
  type ResolvedStudyConfig,
  resolveStudyConfig,
  type StudyConfig,
  studyConfigSchema,
} from '../../src/study/config.js';
import { PROBLEMS } from '../../src/study/protocol.js';
import { failure } from '../support/failure.js';
import fc from '../support/properties.js';

const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const DEFAULTS: ResolvedStudyConfig = {
  dataset: 'built-in',
  target: 'auto',
  grayscale: false,
  signalDims: 50,
  noiseDims: 50,
  alpha: [0.1, 1, 10],
  noise: [1e3, 1e6],
  theta: [1e4],
  seeds: [0, 1, 2],
  problems: ['supervised', 'joint-embedding', 'reconstruction'],
};

describe('parseStudyConfig', () => {
  it('fills in the defaults, and nothing that depends on the data', async () => {
    const config = await parseStudyConfig({});
    expect(config).toStrictEqual(DEFAULTS);
    expect(config).not.toHaveProperty('data');
  });

  it('hands out lists that can be changed without harm', async () => {
    const config = await parseStudyConfig({});
    for (const key of ['alpha', 'noise', 'theta', 'seeds'] as const) config[key].push(99);
    expect(await parseStudyConfig({})).toStrictEqual(DEFAULTS);
  });

  it('gives one form to each meaning', async () => {
    const given = {
      n: [400, 100],
      alpha: [10, -0, 1],
      noise: 5,
      theta: [2],
      k: 3,
      seeds: [7, 2],
      problems: 'reconstruction',
    };
    expect(await parseStudyConfig(given)).toStrictEqual({
      ...DEFAULTS,
      n: [100, 400],
      alpha: [0, 1, 10],
      noise: [5],
      theta: [2],
      k: [3],
      seeds: [2, 7],
      problems: ['reconstruction'],
    });
    expect(given.n).toEqual([400, 100]);
  });

  it('orders the same configuration in the same way', async () => {
    const [a, b] = await Promise.all([
      parseStudyConfig({ dataset: 'built-in', problems: ['reconstruction', 'supervised'], seeds: 2, n: 100 }),
      parseStudyConfig({ n: [100], seeds: [1, 0], problems: ['supervised', 'reconstruction'] }),
    ]);
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
  });

  it('takes data in place of the built-in data set', async () => {
    const given = {
      data: 'mnist',
      labels: 4,
      target: 'values',
      grayscale: true,
      signalDims: 'all',
      k: 700,
      backend: 'js',
    };
    const config = await parseStudyConfig(given);
    expect(config).toMatchObject({ ...given, k: [700] });
    expect(config).not.toHaveProperty('dataset');
  });

  it('takes a key without a value as absent', async () => {
    expect(await parseStudyConfig({ data: undefined, n: undefined, alpha: undefined })).toStrictEqual(DEFAULTS);
  });

  it('stays the same when parsed again, whatever it was', async () => {
    const distinct = (item: fc.Arbitrary<number>) =>
      fc.oneof(item, fc.uniqueArray(item, { minLength: 1, maxLength: 5, comparator: (a, b) => a === b }));
    const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    const config = fc.record(
      {
        n: distinct(fc.integer({ min: 1 })),
        alpha: distinct(fc.oneof(positive, fc.constantFrom(0, -0))),
        noise: distinct(positive),
        theta: distinct(positive),
        k: distinct(fc.integer({ min: 1, max: 50 })),
        seeds: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 5 })),
        problems: fc.subarray([...PROBLEMS], { minLength: 1 }),
      },
      { requiredKeys: [] },
    );
    const check = async (value: StudyConfig) => {
      const once = await parseStudyConfig(value);
      expect(await parseStudyConfig(JSON.parse(JSON.stringify(once)))).toStrictEqual(once);
      for (const grid of [once.alpha, once.noise, once.theta, once.seeds, once.n ?? [], once.k ?? []]) {
        expect(grid).toEqual([...grid].sort((a, b) => a - b));
      }
    };
    await fc.assert(fc.asyncProperty(config, check), { numRuns: 100 });
  });
});

describe('a wrong configuration', () => {
  it.each<[string, unknown, string, string, string]>([
    ['alpha', -1, 'OUT_OF_RANGE', 'at least 0', '-1'],
    ['alpha', [1, -1], 'OUT_OF_RANGE', 'at least 0', '-1 (item 2)'],
    ['alpha', '1', 'INVALID_ARGUMENT', 'a finite number', '"1"'],
    ['alpha', Number.NaN, 'INVALID_ARGUMENT', 'a finite number', 'NaN'],
    ['alpha', Number.POSITIVE_INFINITY, 'INVALID_ARGUMENT', 'a finite number', 'Infinity'],
    ['alpha', null, 'INVALID_ARGUMENT', 'a finite number', 'null'],
    ['alpha', [[1]], 'INVALID_ARGUMENT', 'a finite number', 'an array of length 1 (item 1)'],
    ['alpha', [], 'INVALID_ARGUMENT', 'a list', 'an empty list'],
    ['alpha', [1, 2, 1], 'INVALID_ARGUMENT', 'distinct', '1 more than once'],
    ['alpha', [0, -0], 'INVALID_ARGUMENT', 'distinct', 'more than once'],
    ['noise', 0, 'OUT_OF_RANGE', 'above 0', '0'],
    ['theta', [1e4, 0], 'OUT_OF_RANGE', 'above 0', '0 (item 2)'],
    ['n', 0, 'OUT_OF_RANGE', 'at least 1', '0'],
    ['n', [100, 0.5], 'INVALID_ARGUMENT', 'an integer', '0.5 (item 2)'],
    ['n', 1e300, 'OUT_OF_RANGE', 'an integer', '1e+300'],
    ['k', [0], 'OUT_OF_RANGE', 'at least 1', '0 (item 1)'],
    ['k', [10, 51], 'OUT_OF_RANGE', 'at most 50', '51'],
    ['signalDims', 0, 'OUT_OF_RANGE', "or 'all'", '0'],
    ['signalDims', 'none', 'INVALID_ARGUMENT', "or 'all'", '"none"'],
    ['signalDims', [50], 'INVALID_ARGUMENT', "or 'all'", 'an array of length 1'],
    ['noiseDims', 0, 'OUT_OF_RANGE', 'at least 1', '0'],
    ['noiseDims', [50], 'INVALID_ARGUMENT', 'an integer', 'an array of length 1'],
    ['seeds', 0, 'OUT_OF_RANGE', 'from 1', '0'],
    ['seeds', 1e9, 'OUT_OF_RANGE', 'to 1000000', '1000000000'],
    ['seeds', [-1], 'OUT_OF_RANGE', 'from 0', '-1 (item 1)'],
    ['seeds', [2 ** 32], 'OUT_OF_RANGE', 'to 4294967295', '4294967296 (item 1)'],
    ['seeds', [3, 3], 'INVALID_ARGUMENT', 'distinct', '3 more than once'],
    ['problems', 'clustering', 'INVALID_ARGUMENT', 'joint-embedding', '"clustering"'],
    ['problems', ['supervised', 'x'], 'INVALID_ARGUMENT', 'joint-embedding', '"x" (item 2)'],
    ['problems', [], 'INVALID_ARGUMENT', 'a list', 'an empty list'],
    ['dataset', 'imagenet', 'INVALID_ARGUMENT', "'built-in'", '"imagenet"'],
    ['data', '', 'INVALID_ARGUMENT', 'a path', '""'],
    ['data', 5, 'INVALID_ARGUMENT', 'a path', '5'],
    ['target', 'labels', 'INVALID_ARGUMENT', 'classes', '"labels"'],
    ['grayscale', 'yes', 'INVALID_ARGUMENT', 'true or false', '"yes"'],
    ['backend', 'gpu', 'INVALID_ARGUMENT', 'native', '"gpu"'],
  ])('names %s, what is allowed and what came: %j', async (key, value, code, expected, received) => {
    const error = await failure(() => parseStudyConfig({ [key]: value }, 'study.yaml'));
    expect(error).toMatchObject({
      code,
      argument: key,
      file: 'study.yaml',
      received: expect.stringContaining(received),
    });
    expect(error.expected).toContain(expected);
    expect(error.message).toMatch(/^study\.yaml: /);
    for (const part of [key, expected, received]) expect(error.message).toContain(part);
  });

  it.each([[-1], [true], [{}]])('refuses labels of %j', async (labels) => {
    expect(await failure(() => parseStudyConfig({ data: 'x', labels }))).toMatchObject({ argument: 'labels' });
  });

  it.each([
    ['alphas', 'alpha'],
    ['signal-dims', 'signalDims'],
    ['NOISE_DIMS', 'noiseDims'],
    ['greyscale', 'grayscale'],
    ['seed', 'seeds'],
    ['N', 'n'],
    ['ks', 'k'],
  ])('suggests for %s the key %s', async (key, near) => {
    const error = await failure(() => parseStudyConfig({ [key]: 1 }));
    expect(error).toMatchObject({ code: 'UNKNOWN_OPTION', argument: key, fix: `Did you mean '${near}'?` });
  });

  it.each([['epochs'], ['x'], [''], ['__proto__'], ['constructor'], ['y'.repeat(1e6)]])(
    'lists the keys for the unknown key %.20s',
    async (key) => {
      const value = JSON.parse(`{${JSON.stringify(key)}: 1}`);
      const error = await failure(() => parseStudyConfig(value));
      expect(error.code).toBe('UNKNOWN_OPTION');
      expect(error.message).toContain('alpha, noise, theta');
      expect(error.message.length).toBeLessThan(500);
    },
  );

  it('refuses keys that do not go together', async () => {
    const both = await failure(() => parseStudyConfig({ data: 'x', dataset: 'built-in' }));
    expect(both.message).toContain("'data' and 'dataset' exclude each other");
    for (const [key, value] of Object.entries({ labels: 'y', target: 'values', grayscale: true })) {
      const error = await failure(() => parseStudyConfig({ [key]: value }));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: key });
      expect(error.message).toContain("needs 'data'");
    }
  });

  it('compares k with the signal dimensions that are given', async () => {
    await expect(parseStudyConfig({ k: 60, signalDims: 60 })).resolves.toMatchObject({ k: [60] });
    await expect(parseStudyConfig({ k: 60, signalDims: 'all' })).resolves.toMatchObject({ k: [60] });
    const error = await failure(() => parseStudyConfig({ k: 60, signalDims: 59 }));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'k', expected: 'at most 59', received: '60' });
  });

  it('lists every fault on a line of its own', async () => {
    const value = { alpha: [-1, 'x'], noises: 1, k: 60, grayscale: 1, labels: 'y' };
    const error = await failure(() => parseStudyConfig(value, 'study.yaml'));
    expect(error.code).toBe('INVALID_ARGUMENT');
    const [head, ...lines] = error.message.split('\n');
    expect(head).toBe('study.yaml: The configuration has 6 faults:');
    expect(lines).toHaveLength(6);
    for (const [i, part] of ["'grayscale'", '-1 (item 1)', '"x" (item 2)', "'noise'?", "'labels'", '60'].entries()) {
      expect(lines[i]).toContain(part);
    }
  });

  it('keeps the code that several faults share', async () => {
    expect((await failure(() => parseStudyConfig({ noises: 1, alphas: 1 }))).code).toBe('UNKNOWN_OPTION');
    expect((await failure(() => parseStudyConfig({ noise: 0, alpha: -1 }))).code).toBe('OUT_OF_RANGE');
  });

  it('says nothing of a key that only a wrong one contradicts', async () => {
    const error = await failure(() => parseStudyConfig({ signalDims: -1, k: 3 }));
    expect(error).toMatchObject({ argument: 'signalDims', code: 'OUT_OF_RANGE' });
    expect(await failure(() => parseStudyConfig({ data: 5, dataset: 'built-in' }))).toMatchObject({ argument: 'data' });
  });

  it('does not print a thousand faults', async () => {
    const error = await failure(() => parseStudyConfig({ alpha: Array.from({ length: 1000 }, () => 'x') }));
    expect(error.message.split('\n')).toHaveLength(22);
    expect(error.message).toMatch(/1000 faults:.*and 980 more$/s);
  });

  it.each([[null], [undefined], [[]], ['alpha: 1'], [5], [new Map()], [new Date(0)]])('refuses %j', async (value) => {
    const error = await failure(() => parseStudyConfig(value));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'config' });
  });

  it('ends in a coded error or a configuration, whatever comes', async () => {
    const key = fc.constantFrom(...Object.keys(DEFAULTS), 'data', 'labels', 'n', 'k', 'backend');
    const check = async (value: unknown) => {
      const error = await parseStudyConfig(value).then(
        () => undefined,
        (reason) => reason,
      );
      if (error !== undefined) expect(error).toBeInstanceOf(EigenviewError);
    };
    const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true });
    await fc.assert(fc.asyncProperty(fc.oneof(anything, fc.dictionary(key, anything)), check), { numRuns: 300 });
  });
});

describe('the JSON Schema', () => {
  it('is the one in docs', async () => {
    const current = await studyConfigSchema();
    const advice =
      'docs/study-config.schema.json is out of date: write what studyConfigSchema() resolves to, format it';
    expect(JSON.parse(source('docs/study-config.schema.json')), advice).toEqual(JSON.parse(JSON.stringify(current)));
  });

  it('describes each key in the words of StudyConfig', async () => {
    const { properties, additionalProperties, $schema } = (await studyConfigSchema()) as {
      properties: Record<string, { description: string }>;
      additionalProperties: boolean;
      $schema: string;
    };
    expect(additionalProperties).toBe(false);
    expect($schema).toContain('json-schema.org/draft-07');
    const body = /export interface StudyConfig \{(.*?)\n\}/s.exec(source('src/study/config.ts'))?.[1] ?? '';
    const documented = [...body.matchAll(/\/\*\* (.*) \*\/\n {2}(\w+)\?:/g)].map(([, text, key]) => [key, text]);
    expect(documented.map(([key]) => key)).toEqual(Object.keys(properties));
    for (const [key, text] of documented) {
      const { description } = properties[key as string] as { description: string };
      expect(description.startsWith(`${text} Allowed: `), `${key}: ${description}`).toBe(true);
    }
  });
});

describe('the types', () => {
  it('take a resolved configuration as a configuration', () => {
    expectTypeOf<ResolvedStudyConfig>().toExtend<StudyConfig>();
    expectTypeOf<keyof ResolvedStudyConfig>().toEqualTypeOf<keyof StudyConfig>();
  });
});

describe('loading', () => {
  it.each(['config', 'faults', 'read-config'])(
    'src/study/%s.ts waits for zod and yaml until they are needed',
    (name) => {
      expect(source(`src/study/${name}.ts`)).not.toMatch(/^import (?!type )[^;]*'(zod|yaml)'/m);
    },
  );
});

describe('resolveStudyConfig', () => {
  it('means what parseStudyConfig means', async () => {
    for (const config of [
      {},
      { data: 'x.csv', labels: 'y', alpha: [3, 1], noise: 10, seeds: 2, k: [2, 1], n: 100, signalDims: 'all' },
      { seeds: [4, 2], problems: ['reconstruction'], theta: [2, 1], noiseDims: 3, backend: 'js' },
    ] as const) {
      expect(resolveStudyConfig(config)).toEqual(await parseStudyConfig(config));
    }
  });

  it.each([
    [{ foo: 1 }, 'UNKNOWN_OPTION', 'foo'],
    [{ alpha: -1 }, 'OUT_OF_RANGE', 'alpha'],
    [{ noise: [] }, 'EMPTY', 'noise'],
    [{ signalDims: 0 }, 'OUT_OF_RANGE', 'signalDims'],
    [{ seeds: [2 ** 32] }, 'OUT_OF_RANGE', 'seeds[0]'],
    [{ dataset: 'nope' }, 'INVALID_ARGUMENT', 'dataset'],
    [{ target: 'foo' }, 'INVALID_ARGUMENT', 'target'],
    [{ backend: 'zz' }, 'INVALID_ARGUMENT', 'backend'],
    [{ grayscale: 1 }, 'INVALID_ARGUMENT', 'grayscale'],
    [{ data: '' }, 'INVALID_ARGUMENT', 'data'],
    [{ data: 'x', dataset: 'built-in' }, 'INVALID_ARGUMENT', 'dataset'],
  ])('refuses %j', (config, code, argument) => {
    expect(() => resolveStudyConfig(config as never)).toThrow(expect.objectContaining({ code, argument }));
  });
});
