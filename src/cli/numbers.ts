import { InvalidArgumentError } from 'commander';

/** A number as an option says it. */
export function number(text: string): number {
  const value = Number(text);
  if (!/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** Several, separated by commas. */
export function numbers(text: string): number[] {
  return text.split(',').map(number);
}
