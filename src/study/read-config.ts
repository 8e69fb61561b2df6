import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type * as yaml from 'yaml';
import { describe, EigenviewError, type ErrorDetails } from '../errors.js';
import { checkPath, readError, statFile } from '../store/files.js';
import { parseStudyConfig, type ResolvedStudyConfig, type StudyConfig } from './config.js';

/** A grid of thousands of numbers fits many times. */
const MAX_BYTES = 1 << 18;

/** A configuration needs three. */
const MAX_DEPTH = 50;

/**
 * Reads a study's configuration from a YAML or JSON file. Relative paths in it start from the folder it is in; `labels` is
 * a path if there is such a file, else the name of a column.
 *
 * @param overrides keys that stand above the file's, such as the command line's, with paths as they are
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`; `FILE_FORMAT` for what is not YAML or JSON, with line and column; as
 * {@link parseStudyConfig}
 * @example
 * ```ts
 * const config = await readStudyConfig('study.yaml', { seeds: 30 });
 * ```
 */
export async function readStudyConfig(path: string, overrides: StudyConfig = {}): Promise<ResolvedStudyConfig> {
  checkPath('config', path);
  const value = await parserOf(path)(path, await readText(path));
  // What is not an object is refused in the same words as anywhere.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return parseStudyConfig(value, path);
  const own: Record<string, unknown> = { ...value };
  await resolvePaths(own, dirname(path));
  const above = Object.entries(overrides).filter(([, item]) => item !== undefined);
  if (above.some(([key]) => key === 'data')) delete own.dataset;
  if (above.some(([key]) => key === 'dataset')) for (const key of ['data', 'labels']) delete own[key];
  return parseStudyConfig({ ...own, ...Object.fromEntries(above) }, path);
}

type Parser = (path: string, text: string) => Promise<unknown>;

const PARSERS: Record<string, Parser> = { '.yaml': parseYaml, '.yml': parseYaml, '.json': parseJson };

function parserOf(path: string): Parser {
  const parser = PARSERS[extname(path).toLowerCase()];
  if (parser !== undefined) return parser;
  throw new EigenviewError('INVALID_ARGUMENT', 'A configuration is a YAML or JSON file.', {
    argument: 'config',
    expected: `a file named ${Object.keys(PARSERS).join(', ')}`,
    received: describe(path),
  });
}

async function readText(path: string): Promise<string> {
  const { size } = await statFile(path);
  if (size > MAX_BYTES) {
    throw malformed(path, 'This is too large for a configuration.', {
      expected: `at most ${MAX_BYTES} bytes`,
      received: `${size}`,
    });
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed(path, 'This is not text.', { expected: 'UTF-8', cause });
  }
}

/** YAML 1.2. What YAML would only warn of, such as tags it does not know, is refused as well. */
async function parseYaml(path: string, text: string): Promise<unknown> {
  const document = await parseDocument(path, text);
  const fault = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (fault !== undefined) throw faultAt(path, text, fault.pos[0], fault.message, fault);
  await checkAliases(path, text, document);
  try {
    return document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/\.$/, '') : describe(cause);
    throw malformed(path, `Its aliases cannot be resolved: ${reason}.`, { cause });
  }
}

/** yaml finds an alias without an anchor only when it makes values, and no longer knows the place. */
async function checkAliases(path: string, text: string, document: yaml.Document.Parsed): Promise<void> {
  const { visit } = await import('yaml');
  const anchors = new Set<string | undefined>();
  visit(document, {
    Value: (_, node) => {
      anchors.add(node.anchor);
    },
    Alias: (_, { source, range }) => {
      if (!anchors.has(source))
        throw faultAt(path, text, range?.[0] ?? 0, `There is no anchor '${source}' before this`);
    },
  });
}

async function parseJson(path: string, text: string): Promise<unknown> {
  // As YAML it has places for faults that JSON.parse only names, and equal keys, of which JSON.parse takes the last.
  const { errors } = await parseDocument(path, text, { schema: 'json' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    const position = / at position (\d+)/.exec(message)?.[1] ?? errors[0]?.pos[0] ?? text.length;
    throw faultAt(path, text, Number(position), message, cause);
  }
  const repeated = errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (repeated !== undefined) throw faultAt(path, text, repeated.pos[0], repeated.message, repeated);
  return value;
}

/** yaml takes tens of milliseconds to load: only who reads a file waits for it. */
async function parseDocument(path: string, text: string, options?: yaml.SchemaOptions): Promise<yaml.Document.Parsed> {
  const { Lexer, Parser, parseDocument: compose } = await import('yaml');
  // Composing recurses, and a stack exhausted there can end the process: look at the depth first.
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) {
      throw faultAt(path, text, parser.offset - 1, `More than ${MAX_DEPTH} levels are nested`);
    }
  }
  return compose(text, { prettyErrors: false, logLevel: 'error', ...options });
}

function faultAt(path: string, text: string, offset: number, message: string, cause?: unknown): EigenviewError {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1) as string).length + 1;
  const reason = message.replace(/ (in JSON )?at position .*| \(line.*/s, '').replace(/\.$/, '');
  return malformed(path, `Line ${before.length}, column ${column}: ${reason}.`, { cause });
}

function malformed(path: string, summary: string, details: ErrorDetails): EigenviewError {
  return new EigenviewError('FILE_FORMAT', summary, { argument: 'config', file: path, ...details });
}

async function resolvePaths(config: Record<string, unknown>, folder: string): Promise<void> {
  const { data, labels } = config;
  if (typeof data === 'string' && data !== '') config.data = resolve(folder, data);
  if (typeof labels !== 'string' || labels === '' || labels.includes('\0')) return;
  const file = resolve(folder, labels);
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isFile()) config.labels = file;
}
