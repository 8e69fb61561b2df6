import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readStudyConfig } from '../../src/study/read-config.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
mkdirSync(folder.at('images'));
folder.write('labels.csv', 'y\n1\n');

const read = (name: string, text: string | Uint8Array, overrides?: object) =>
  readStudyConfig(folder.write(name, text), overrides);

describe('readStudyConfig', () => {
  it.each([
    ['study.yaml', '# a comment\ndata: images\nalpha: [1e-1, 10]\nnoise: 1e6\nseeds: 2\n'],
    ['study.YML', '{data: ./images, alpha: [.1, 1.0E1], noise: 1000000.0, seeds: [0, 1]}'],
    ['study.json', '{\n\t"data": "images",\n\t"alpha": [0.1, 1e1],\n\t"noise": 1E6,\n\t"seeds": 2\n}'],
    ['bom.yaml', '\ufeffdata: images\nalpha: [0.1, 10]\nnoise: 1e+6\nseeds: 2'],
    ['crlf.yaml', 'data: images\r\nalpha:\r\n  - 10\r\n  - 0.1\r\nnoise: 1e6\r\nseeds: 2\r\n'],
    ['anchors.yaml', 'data: images\nalpha: [&a 0.1, 10]\nnoise: 1e6\nseeds: 2'],
  ])('reads %s', async (name, text) => {
    const config = await read(name, text);
    expect(config).toMatchObject({ data: folder.at('images'), alpha: [0.1, 10], noise: [1e6], seeds: [0, 1] });
  });

  it('starts relative paths from the folder of the file', async () => {
    const config = await read('paths.yaml', 'data: ../images\nlabels: labels.csv');
    expect(config).toMatchObject({ data: folder.at('../images'), labels: folder.at('labels.csv') });
    expect(await read('absolute.yaml', 'data: /images')).toMatchObject({ data: '/images' });
  });

  it.each([['y'], ['images'], ['none.csv'], [3]])(
    'takes the labels %j for a column, as there is no such file',
    async (labels) => {
      expect(await read('column.yaml', `data: images\nlabels: ${labels}`)).toMatchObject({ labels });
    },
  );

  it('lets overrides stand above the file, with their paths as they are', async () => {
    const text = 'data: images\nlabels: y\nseeds: 5\nalpha: 1';
    expect(await read('base.yaml', text, { seeds: 1, data: 'other', n: undefined })).toMatchObject({
      data: 'other',
      labels: 'y',
      seeds: [0],
      alpha: [1],
    });
    const builtIn = await read('base.yaml', text, { dataset: 'built-in' });
    expect(builtIn).toMatchObject({ dataset: 'built-in', alpha: [1] });
    expect(builtIn).not.toHaveProperty('labels');
    expect(await read('built-in.yaml', 'dataset: built-in', { data: 'other' })).not.toHaveProperty('dataset');
  });

  it('checks k with the overrides', async () => {
    expect(await read('k.yaml', 'k: 60', { signalDims: 60 })).toMatchObject({ k: [60], signalDims: 60 });
  });

  it('names the file when a value is wrong', async () => {
    const error = await failure(() => read('wrong.yaml', 'alpha: -1\nalphas: 1'));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', file: folder.at('wrong.yaml') });
    expect(error.message.split('\n')).toHaveLength(3);
  });

  it.each([
    ['empty.yaml', '', 'null'],
    ['comment.yaml', '# nothing\n', 'null'],
    ['list.yaml', '- alpha: 1', 'an array'],
    ['text.yaml', 'alpha', '"alpha"'],
    ['text.json', '"alpha"', '"alpha"'],
  ])('refuses %s, which has no keys', async (name, text, received) => {
    const error = await failure(() => read(name, text));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'config', file: folder.at(name) });
    expect(error.received).toContain(received);
  });

  it.each([
    ['numbers in quotes', 'alpha: "1"', '"1"'],
    ['text that looks like a number', 'alpha: 1_000', '"1_000"'],
    ['infinity', 'alpha: .inf', 'Infinity'],
    ['nothing', 'alpha:', 'null'],
    ['a list that holds itself', 'alpha: &a [*a]', 'an array of length 1 (item 1)'],
  ])('refuses %s for a number', async (_, text, received) => {
    expect(await failure(() => read('value.yaml', text))).toMatchObject({ argument: 'alpha', received });
  });
});

describe('what is not YAML or JSON', () => {
  it.each([
    ['an open bracket', 'yaml', 'noise: 1\nalpha: [1,\nseeds: 2', 3, 1],
    ['an equal key', 'yaml', 'alpha: 1\nseeds: 2\nalpha: 3', 3, 1],
    ['an unknown tag', 'yaml', 'alpha: !eval 1', 1, 8],
    ['an unknown anchor', 'yaml', 'seeds: 1\nalpha: *base', 2, 8],
    ['a tab before a key', 'yaml', 'seeds: 1\n\talpha: 1', 2, 1],
    ['a second document', 'yaml', 'alpha: 1\n---\nalpha: 2', 2, 1],
    ['a trailing comma', 'json', '{\n  "alpha": 1,\n}', 3, 1],
    ['a missing end', 'json', '{"alpha": 1\n', 2, 1],
    ['an empty file', 'json', '', 1, 1],
    ['YAML in a JSON file', 'json', 'alpha: 1', 1, 1],
    ['a word', 'json', '{"grayscale": True}', 1, 15],
    ['an equal key', 'json', '{\n\t"alpha": 1,\n\t"alpha": 2\n}', 3, 2],
    ['more after the end', 'json', '{"alpha": 1} 2', 1, 14],
    ['a comment', 'json', '{\n// one\n"alpha": 1}', 2, 1],
  ])('is refused with line and column: %s (%s)', async (_, format, text, line, column) => {
    const error = await failure(() => read(`broken.${format}`, text));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', argument: 'config', file: folder.at(`broken.${format}`) });
    expect(error.message).toContain(`: Line ${line}, column ${column}: `);
    expect(error.message).toMatch(/[^.]\.$/);
    expect(error.message).not.toContain('\n');
  });

  const layer = (name: string, before: string) => `${name}: &${name} [${Array(9).fill(before).join(', ')}]\n`;
  it.each([
    ['aliases that multiply', `${layer('a', 'x')}${layer('b', '*a')}${layer('c', '*b')}${layer('d', '*c')}`],
    ['brackets without end', '['.repeat(2e5)],
    ['brackets over many lines', '[\n'.repeat(1e5)],
    ['lists in lists', '- '.repeat(5e4)],
    ['keys in keys', '? '.repeat(5e4)],
    ['maps in maps', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['bytes that are no text', Uint8Array.of(0x61, 0xff, 0xfe)],
    ['too many bytes', `# ${'x'.repeat(1 << 18)}`],
  ])('is refused in good time: %s', async (_, text) => {
    const start = performance.now();
    expect(await failure(() => read('hostile.yaml', text))).toMatchObject({ code: 'FILE_FORMAT', argument: 'config' });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('is refused when nested deeply in JSON', async () => {
    const error = await failure(() => read('deep.json', `${'['.repeat(1e5)}${']'.repeat(1e5)}`));
    expect(error.message).toContain('levels');
  });
});

describe('a file that cannot be read', () => {
  it('is missing', async () => {
    const error = await failure(() => readStudyConfig(folder.at('missing.yaml')));
    expect(error).toMatchObject({ code: 'FILE_NOT_FOUND', file: folder.at('missing.yaml') });
  });

  it('is a folder', async () => {
    mkdirSync(folder.at('folder.yaml'));
    expect(await failure(() => readStudyConfig(folder.at('folder.yaml')))).toMatchObject({ code: 'FILE_IO' });
  });

  it.each([['study.toml'], ['study'], ['yaml'], ['.yaml']])('has the name %s', async (name) => {
    const error = await failure(() => readStudyConfig(folder.at(name)));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'config' });
    expect(error.expected).toContain('.json');
  });

  it.each([[''], [5], ['a\0.yaml']])('has the path %j', async (path) => {
    expect(await failure(() => readStudyConfig(path as string))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
