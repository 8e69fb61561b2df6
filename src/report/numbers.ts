/** How numbers are written in figures and reports, with a true minus sign. */
import { powerOfTen } from './text.js';

const MINUS = '−';

/** log10 of a power of ten may miss the integer by an ulp. */
const SLACK = 1e-9;

/** A given number, whole, such as a sample size; long ones with a power of ten: 51200, 3×10⁵. */
export function plain(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) return scientific(value);
  // 3 · 10⁻¹ is not 0.3.
  return signed(String(Number(value.toPrecision(12))));
}

/** A level of noise, which spans decades: with a power of ten from 10⁴ on, and 10³ itself. */
export function level(value: number): string {
  return value >= 1e4 || value === 1e3 ? scientific(value) : plain(value);
}

/** A list of given numbers. */
export function list(values: readonly number[], name: (value: number) => string = plain): string {
  return values.map(name).join(', ');
}

/** To three significant digits: 0.0123, 12.3, 1.23×10⁻⁵. */
export function significant(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return scientific(value);
  return signed(String(Number(value.toPrecision(3))));
}

/** A mean and its deviation to the same digit: 0.0497 ± 0.0080, (1.43 ± 0.19)×10⁻⁴. */
export function measured(mean: number, deviation: number | null): string {
  if (deviation === null || mean === 0) return significant(mean);
  const exponent = Math.floor(Math.log10(Math.abs(mean)) + SLACK);
  const power = exponent < -3 || exponent >= 5 ? exponent : 0;
  const digits = Math.max(0, 2 - exponent + power);
  const [a, b] = [mean, deviation].map((value) => (value / 10 ** power).toFixed(digits)) as [string, string];
  return power === 0 ? signed(`${a} ± ${b}`) : `(${signed(a)} ± ${b})×${powerOfTen(power)}`;
}

/** With two decimals, as slopes are: −1.02. */
export function decimals(value: number): string {
  return signed(value.toFixed(2).replace(/^-(0\.00)$/, '$1'));
}

export function seconds(value: number): string {
  if (value < 100) return `${significant(value)} s`;
  const minutes = Math.round(value / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "1 seed", "3 seeds". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

function scientific(value: number): string {
  const size = Math.abs(value);
  let exponent = Math.floor(Math.log10(size) + SLACK);
  let mantissa = Number((size / 10 ** exponent).toPrecision(3));
  if (mantissa >= 10) [mantissa, exponent] = [mantissa / 10, exponent + 1];
  const sign = value < 0 ? MINUS : '';
  return mantissa === 1 ? `${sign}${powerOfTen(exponent)}` : `${sign}${mantissa}×${powerOfTen(exponent)}`;
}

function signed(text: string): string {
  return text.replace(/-/g, MINUS);
}
