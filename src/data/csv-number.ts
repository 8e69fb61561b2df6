const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, k) => 10 ** k);

/**
 * The number in a stretch of text; NaN for anything but a decimal number, and an infinity for one beyond float64.
 *
 * Up to 15 digits without an exponent are computed here: the digits as an integer and the power of ten are both exact,
 * so that one division rounds correctly (Clinger 1990). The rest is left to `Number`.
 */
export function parseNumber(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === MINUS;
  let i = negative || bytes[from] === PLUS ? from + 1 : from;
  let integer = 0;
  let digits = 0;
  let point = -1;
  for (; i < to; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit >= 0 && digit <= 9) {
      integer = 10 * integer + digit;
      digits++;
    } else if (bytes[i] === POINT && point < 0) {
      point = digits;
    } else {
      break;
    }
  }
  if (i < to || digits === 0 || digits > 15) return parseSlowly(bytes, from, to);
  const value = point < 0 ? integer : integer / (POWERS_OF_TEN[digits - point] as number);
  return negative ? -value : value;
}

/** `Number` alone would also take hexadecimal, `Infinity` and nothing at all. */
function parseSlowly(bytes: Uint8Array, from: number, to: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
