import { describe, expect, it } from 'vitest';
import { counted, decimals, level, list, measured, plain, seconds, significant } from '../../src/report/numbers.js';
import fc from '../support/properties.js';

describe('numbers', () => {
  it('writes given numbers whole', () => {
    expect([0, 0.1, 1, 51200, 99999, 3e5, 1e7, 3 * 10 ** -1, 1e-7].map(plain)).toEqual([
      '0',
      '0.1',
      '1',
      '51200',
      '99999',
      '3×10⁵',
      '10⁷',
      '0.3',
      '10⁻⁷',
    ]);
  });

  it('writes noise levels with a power of ten', () => {
    expect([0, 0.5, 100, 1e3, 2500, 1e4, 2e4, 1e6].map(level)).toEqual([
      '0',
      '0.5',
      '100',
      '10³',
      '2500',
      '10⁴',
      '2×10⁴',
      '10⁶',
    ]);
    expect(list([1e3, 1e6], level)).toBe('10³, 10⁶');
  });

  it('writes results to three digits', () => {
    expect([0, 12.345, -0.8, 1.234e-5, -99999.6, 1e-4].map(significant)).toEqual([
      '0',
      '12.3',
      '−0.8',
      '1.23×10⁻⁵',
      '−100000',
      '10⁻⁴',
    ]);
    expect(significant(9.999e-5)).toBe('10⁻⁴');
  });

  it('writes a mean and its deviation to one digit', () => {
    expect(measured(0.00497, 8e-4)).toBe('0.00497 ± 0.00080');
    expect(measured(1.43e-4, 1.9e-5)).toBe('(1.43 ± 0.19)×10⁻⁴');
    expect(measured(0.91, 0.0035)).toBe('0.910 ± 0.004');
    expect(measured(0.5, null)).toBe('0.5');
    expect(measured(0, 0)).toBe('0');
  });

  it('writes slopes, times and counts', () => {
    expect([-1.016, 0, -0.001].map(decimals)).toEqual(['−1.02', '0.00', '0.00']);
    expect([1.5, 90, 600, 7380].map(seconds)).toEqual(['1.5 s', '90 s', '10 min', '2 h 3 min']);
    expect([counted(1, 'seed'), counted(3, 'seed')]).toEqual(['1 seed', '3 seeds']);
  });

  it('stays within 0.6 % of the value', () => {
    const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
    const read = (text: string) => {
      const [, mantissa = '', power] = /^(−?[\d.]*?)×?(?:10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?$/u.exec(text) ?? [];
      const exponent = Number([...(power ?? '⁰')].map((c) => (c === '⁻' ? '-' : digits.indexOf(c))).join(''));
      return Number(mantissa.replace('−', '-').replace(/^-?$/, (sign) => `${sign}1`)) * 10 ** exponent;
    };
    const value = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(value, fc.boolean(), (size, negative) => {
        const number = negative ? -size : size;
        expect(Math.abs(read(significant(number)) / number - 1)).toBeLessThan(6e-3);
      }),
    );
  });
});
