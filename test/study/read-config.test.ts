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
