/** What is wrong with a configuration, in words: a schema's issues become coded errors that name key, value and fix. */
import type * as zod from 'zod';
import { describe, EigenviewError, type ErrorCode, type ErrorDetails } from '../errors.js';

export interface Fault extends ErrorDetails {
  code: ErrorCode;
  argument: string;
  summary: string;
}

/** A message lists this many faults. */
const MAX_LINES = 20;

/** The error for one fault or more. */
export function refusal(faults: readonly Fault[], file: string | undefined): EigenviewError {
  const place = file === undefined ? {} : { file };
  const [first, ...others] = faults as [Fault, ...Fault[]];
  if (others.length === 0) return coded(first, place);
  const lines = faults.slice(0, MAX_LINES).map((fault) => `  ${coded(fault).message}`);
  if (faults.length > MAX_LINES) lines.push(`  … and ${faults.length - MAX_LINES} more`);
  return new EigenviewError(
    others.every((fault) => fault.code === first.code) ? first.code : 'INVALID_ARGUMENT',
    `The configuration has ${faults.length} faults:\n${lines.join('\n')}`,
    place,
  );
}

function coded({ code, summary, ...details }: Fault, place: ErrorDetails = {}): EigenviewError {
  return new EigenviewError(code, summary, { ...details, ...place });
}

/**
 * The faults behind an issue of a schema whose fields are single values, or unions of a single value and a list.
 *
 * @param allowed what is said to be expected, by key
 */
export function faultsOf(
  issue: zod.core.$ZodIssue,
  given: Readonly<Record<string, unknown>>,
  allowed: Readonly<Record<string, string>>,
): Fault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, Object.keys(allowed)));
  const [key, item] = issue.path as [string, number?];
  const value = given[key];
  if (issue.code === 'invalid_union') {
    // The last branch is for a list.
    const branch = issue.errors.at(Array.isArray(value) ? -1 : 0) ?? [];
    return branch.flatMap((inner) => faultsOf({ ...inner, path: [key, ...inner.path] }, given, allowed));
  }
  const culprit = item === undefined ? value : (value as unknown[])[item];
  const outside = typeof culprit === 'number' && (issue.code === 'too_small' || issue.code === 'too_big');
  return [
    {
      code: outside ? 'OUT_OF_RANGE' : 'INVALID_ARGUMENT',
      argument: key,
      summary: `'${key}' ${outside ? 'is out of range' : 'has a wrong value'}.`,
      expected: allowed[key] as string,
      received: named(culprit) + (item === undefined ? '' : ` (item ${item + 1})`),
    },
  ];
}

/** A list that comes here is empty or repeats itself: its items have issues of their own. */
function named(value: unknown): string {
  if (!Array.isArray(value)) return describe(value);
  if (value.length === 0) return 'an empty list';
  return isDistinct(value) ? describe(value) : `${describe(repeated(value))} more than once`;
}

export function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function repeated(values: readonly unknown[]): unknown {
  return values.find((value, i) => values.indexOf(value) < i);
}

function unknownKey(key: string, keys: readonly string[]): Fault {
  const near = nearest(key, keys);
  return {
    code: 'UNKNOWN_OPTION',
    argument: key,
    summary: `There is no key ${describe(key)}.`,
    fix: near === undefined ? `The keys are ${keys.join(', ')}.` : `Did you mean '${near}'?`,
  };
}

/** The word that is meant if few letters are wrong; case, hyphens and underscores do not count. */
function nearest(typed: string, words: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[-_ ]/g, '');
  const word = plain(typed.slice(0, 40));
  const ranked = words.map((name) => ({ name, edits: editDistance(word, plain(name)) }));
  const best = ranked.reduce((a, b) => (b.edits < a.edits ? b : a));
  const longest = Math.max(word.length, best.name.length);
  return best.edits < longest && best.edits <= Math.ceil(longest / 3) ? best.name : undefined;
}

/** Insertions, deletions and replacements that turn one word into the other (Levenshtein), O(|a|·|b|). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
