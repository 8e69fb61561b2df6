import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/store/document.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

const read = (name: string, text: string | Uint8Array) => readDocument('config', folder.write(name, text));

describe('readDocument', () => {
  it.each([
    ['list.yaml', '- a: 1\n- b: [1e-1, x]\n'],
    ['list.YML', '[{a: 1}, {b: [.1, "x"]}]'],
    ['list.json', '[{"a": 1},\n {"b": [0.1, "x"]}]'],
    ['bom.yaml', '\ufeff- a: 1\r\n- b: [0.1, x]'],
  ])('reads %s', async (name, text) => {
    expect(await read(name, text)).toEqual([{ a: 1 }, { b: [0.1, 'x'] }]);
  });

  it('calls the file what it was given as', async () => {
    const path = folder.write('broken.yaml', '[');
    expect(await failure(() => readDocument('augment', path))).toMatchObject({ argument: 'augment', file: path });
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
    const error = await failure(() => readDocument('config', folder.at('missing.yaml')));
    expect(error).toMatchObject({ code: 'FILE_NOT_FOUND', file: folder.at('missing.yaml') });
  });

  it('is a folder', async () => {
    mkdirSync(folder.at('folder.yaml'));
    expect(await failure(() => readDocument('config', folder.at('folder.yaml')))).toMatchObject({ code: 'FILE_IO' });
  });

  it.each([['study.toml'], ['study'], ['yaml'], ['.yaml']])('has the name %s', async (name) => {
    const error = await failure(() => readDocument('config', folder.at(name)));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'config' });
    expect(error.expected).toContain('.json');
  });

  it.each([[''], [5], ['a\0.yaml']])('has the path %j', async (path) => {
    expect(await failure(() => readDocument('config', path as string))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
