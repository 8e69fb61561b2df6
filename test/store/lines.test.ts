import { describe, expect, it } from 'vitest';
import { LineReader, type ReadBytes } from '../../src/store/lines.js';
import fc from '../support/properties.js';

const QUOTE = 0x22;

/** Hands out bytes in pieces of the given sizes, over and over. */
function inPieces(bytes: Uint8Array, sizes: readonly number[]): ReadBytes {
  let at = 0;
  let turn = 0;
  return async (target) => {
    const size = Math.min(sizes[turn++ % sizes.length] as number, target.length);
    const piece = bytes.subarray(at, at + size);
    target.set(piece);
    at += piece.length;
    return piece.length;
  };
}

interface Line {
  text: string;
  line: number;
  offset: number;
  complete: boolean;
}

async function linesOf(reader: LineReader): Promise<Line[]> {
  const lines: Line[] = [];
  do {
    while (reader.take()) {
      const text = Buffer.from(reader.bytes.subarray(reader.from, reader.to)).toString('latin1');
      lines.push({ text, line: reader.line, offset: reader.offset, complete: reader.complete });
    }
  } while (await reader.refill());
  return lines;
}

/** The same by definition: a line ends at a newline that an even number of quotes precedes. */
function expectedLines(text: string, quoted: boolean): Line[] {
  const lines: Line[] = [];
  let start = 0;
  let number = 1;
  const add = (end: number, complete: boolean) => {
    const whole = text.slice(start, end);
    const kept = complete && whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    lines.push({ text: kept, line: number, offset: start, complete });
    number += whole.split('\n').length;
    start = end + 1;
  };
  for (let i = 0; i < text.length; i++) {
    const quotes = text.slice(start, i).split('"').length - 1;
    if (text[i] === '\n' && !(quoted && quotes % 2 === 1)) add(i, true);
  }
  if (start < text.length) add(text.length, false);
  return lines;
}

const text = fc.string({ unit: fc.constantFrom('a', ',', '\n', '\r', '"'), maxLength: 60 });
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

describe('LineReader', () => {
  it('cuts the same lines however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(text, sizes, fc.boolean(), async (text, sizes, quoted) => {
        const read = inPieces(Buffer.from(text), sizes);
        const lines = await linesOf(new LineReader(read, quoted ? { quote: QUOTE } : {}));
        expect(lines).toEqual(expectedLines(text, quoted));
      }),
      { numRuns: 1000 },
    );
  });

  it('counts offsets from its base', async () => {
    const lines = await linesOf(new LineReader(inPieces(Buffer.from('a\nb'), [10]), { base: 3 }));
    expect(lines.map(({ offset }) => offset)).toEqual([3, 5]);
  });

  it('grows for a line longer than a piece', async () => {
    const long = 'x'.repeat(3_000_000);
    const reader = new LineReader(inPieces(Buffer.from(`short\n${long}\nlast`), [1 << 20]));
    const lines = await linesOf(reader);
    expect(lines.map((line) => line.text.length)).toEqual([5, long.length, 4]);
  });

  it('stops at a line longer than the limit', async () => {
    const reader = new LineReader(inPieces(Buffer.alloc(5_000_000, 'x'), [1 << 20]), { longest: 1_000_000 });
    await expect(linesOf(reader)).rejects.toBeInstanceOf(RangeError);
  });

  it('says when the end is inside quotes', async () => {
    const reader = new LineReader(inPieces(Buffer.from('a,"b\nc'), [10]), { quote: QUOTE });
    expect(await linesOf(reader)).toHaveLength(1);
    expect(reader.openQuote).toBe(true);
  });
});
