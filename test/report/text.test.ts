import { describe, expect, it } from 'vitest';
import { escapeXml, oneLine, powerOfTen, textWidth, wrap } from '../../src/report/text.js';
import fc from '../support/properties.js';

describe('powerOfTen', () => {
  it('is written with superscripts', () => {
    expect([-12, -3, 0, 1, 25, 308].map(powerOfTen)).toEqual(['10⁻¹²', '10⁻³', '10⁰', '10¹', '10²⁵', '10³⁰⁸']);
  });
});

describe('oneLine', () => {
  it('joins lines and replaces what XML cannot hold', () => {
    expect(oneLine(' a\n\t b\u0000\ud800\uffff\ufdd0😀 ')).toBe('a b����😀');
  });
});

describe('escapeXml', () => {
  it('leaves no markup', () => {
    expect(escapeXml(`<a b="c">'&'`)).toBe('&#60;a b=&#34;c&#34;&#62;&#39;&#38;&#39;');
  });
});

describe('wrap', () => {
  it('balances its lines', () => {
    // 0.6 em · 10 px = 6 px a character: 13 would fit, 9 make even lines.
    expect(wrap('one two three four', 13 * 6, 10, 3)).toEqual(['one two', 'three four']);
  });

  it('ends in an ellipsis where lines run out', () => {
    expect(wrap('one two three four', 8 * 6, 10, 2)).toEqual(['one two', 'three…']);
  });

  it('has no line for no text', () => {
    expect(wrap(' ', 100, 10, 2)).toEqual([]);
  });

  it('keeps to the width and loses nothing that has room', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '漢') });
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 400 }), fc.integer({ min: 1, max: 4 }), (raw, width, maxLines) => {
        const lines = wrap(raw, width, 10, maxLines);
        expect(lines.length).toBeLessThanOrEqual(maxLines);
        for (const line of lines) expect(textWidth(line, 10)).toBeLessThanOrEqual(width);
        if (!lines.at(-1)?.endsWith('…')) expect(lines.join('').replaceAll(' ', '')).toBe(raw.replaceAll(' ', ''));
      }),
    );
  });
});
