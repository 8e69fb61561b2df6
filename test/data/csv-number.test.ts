import { describe, expect, it } from 'vitest';
import { parseNumber } from '../../src/data/csv-number.js';
import fc from '../support/properties.js';

/** With text around the number, which must not be looked at. */
function parse(text: string): number {
  const bytes = Buffer.from(`1${text}1`, 'utf8');
  return parseNumber(bytes, 1, bytes.length - 1);
}

describe('parseNumber', () => {
  it('agrees with Number to the last bit on decimal numbers', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 });
    const sign = fc.constantFrom('', '+', '-');
    const exponent = fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('e', 'E'), sign, fc.nat(30)).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(sign, digits, fc.constantFrom('', '.'), digits, exponent, (sign, whole, point, rest, exponent) => {
        fc.pre(whole !== '' || rest !== '');
        const text = `${sign}${whole}${point}${rest}${exponent}`;
        expect(parse(text)).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives back every float as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parse(String(value))).toBe(Number(String(value)));
      }),
    );
  });

  it.each([
    '',
    '.',
    '-',
    '+-1',
    '1.2.3',
    '1e',
    'e5',
    '0x10',
    '0b1',
    'Infinity',
    '-inf',
    'nan',
    'NaN',
    '1 2',
    '1,5',
    '١',
    '1_000',
    '--1',
  ])('takes %j for no number', (text) => {
    expect(parse(text)).toBeNaN();
  });

  it('gives an infinity beyond float64', () => {
    expect(parse('1e999')).toBe(Number.POSITIVE_INFINITY);
  });
});
