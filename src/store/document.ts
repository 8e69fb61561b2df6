import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type * as yaml from 'yaml';
import { describe, EigenviewError, type ErrorDetails } from '../errors.js';
import { checkPath, readError, statFile } from './files.js';

/** A grid of thousands of numbers fits many times. */
const MAX_BYTES = 1 << 18;

/** A configuration needs three. */
const MAX_DEPTH = 50;

interface Text {
  /** What the file was given as. */
  argument: string;
  path: string;
  text: string;
}

type Parser = (source: Text) => Promise<unknown>;

const PARSERS: Record<string, Parser> = { '.yaml': parseYaml, '.yml': parseYaml, '.json': parseJson };

/** How the names of documents end. */
export const DOCUMENT_ENDINGS: readonly string[] = Object.keys(PARSERS);

/**
 * The value that a YAML or JSON file holds, not looked at yet.
 *
 * @param argument what the file was given as, for messages
 * @throws EigenviewError `INVALID_ARGUMENT` for another kind of name; `FILE_NOT_FOUND`, `FILE_IO`; `FILE_FORMAT` for what is not
 * YAML or JSON, with line and column
 */
export async function readDocument(argument: string, path: string): Promise<unknown> {
  checkPath(argument, path);
  const parse = parserOf(argument, path);
  return parse({ argument, path, text: await readText(argument, path) });
}

export function isDocumentName(path: string): boolean {
  return DOCUMENT_ENDINGS.includes(extname(path).toLowerCase());
}

function parserOf(argument: string, path: string): Parser {
  const parser = PARSERS[extname(path).toLowerCase()];
  if (parser !== undefined) return parser;
  throw new EigenviewError('INVALID_ARGUMENT', 'A configuration is a YAML or JSON file.', {
    argument,
    expected: `a file named ${DOCUMENT_ENDINGS.join(', ')}`,
    received: describe(path),
  });
}

async function readText(argument: string, path: string): Promise<string> {
  const { size } = await statFile(path);
  if (size > MAX_BYTES) {
    throw malformed(argument, path, 'This is too large for a configuration.', {
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
    throw malformed(argument, path, 'This is not text.', { expected: 'UTF-8', cause });
  }
}

/** YAML 1.2. What YAML would only warn of, such as tags it does not know, is refused as well. */
async function parseYaml(source: Text): Promise<unknown> {
  const document = await parseDocument(source);
  const fault = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (fault !== undefined) throw faultAt(source, fault.pos[0], fault.message, fault);
  await checkAliases(source, document);
  try {
    return document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/\.$/, '') : describe(cause);
    throw malformed(source.argument, source.path, `Its aliases cannot be resolved: ${reason}.`, { cause });
  }
}

/** yaml finds an alias without an anchor only when it makes values, and no longer knows the place. */
async function checkAliases(text: Text, document: yaml.Document.Parsed): Promise<void> {
  const { visit } = await import('yaml');
  const anchors = new Set<string | undefined>();
  visit(document, {
    Value: (_, node) => {
      anchors.add(node.anchor);
    },
    Alias: (_, { source, range }) => {
      if (!anchors.has(source)) throw faultAt(text, range?.[0] ?? 0, `There is no anchor '${source}' before this`);
    },
  });
}

async function parseJson(source: Text): Promise<unknown> {
  const { text } = source;
  // As YAML it has places for faults that JSON.parse only names, and equal keys, of which JSON.parse takes the last.
  const { errors } = await parseDocument(source, { schema: 'json' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    const position = / at position (\d+)/.exec(message)?.[1] ?? errors[0]?.pos[0] ?? text.length;
    throw faultAt(source, Number(position), message, cause);
  }
  const repeated = errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (repeated !== undefined) throw faultAt(source, repeated.pos[0], repeated.message, repeated);
  return value;
}

/** yaml takes tens of milliseconds to load: only who reads a file waits for it. */
async function parseDocument(source: Text, options?: yaml.SchemaOptions): Promise<yaml.Document.Parsed> {
  const { Lexer, Parser, parseDocument: compose } = await import('yaml');
  // Composing recurses, and a stack exhausted there can end the process: look at the depth first.
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) {
      throw faultAt(source, parser.offset - 1, `More than ${MAX_DEPTH} levels are nested`);
    }
  }
  return compose(source.text, { prettyErrors: false, logLevel: 'error', ...options });
}

function faultAt({ argument, path, text }: Text, offset: number, message: string, cause?: unknown): EigenviewError {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1) as string).length + 1;
  const reason = message.replace(/ (in JSON )?at position .*| \(line.*/s, '').replace(/\.$/, '');
  return malformed(argument, path, `Line ${before.length}, column ${column}: ${reason}.`, { cause });
}

function malformed(argument: string, path: string, summary: string, details: ErrorDetails): EigenviewError {
  return new EigenviewError('FILE_FORMAT', summary, { argument, file: path, ...details });
}
