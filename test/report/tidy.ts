import { expect } from 'vitest';
import { textWidth } from '../../src/report/text.js';
import type { Element } from '../support/xml.js';

interface Rectangle {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The box of a text as wide as a wide font draws it; turned by 90° where its transform is. */
function box({ text, attributes }: Element): Rectangle {
  const size = Number(/font-size:([\d.]+)px/.exec(attributes.style ?? '')?.[1]);
  const transform = (attributes.transform ?? '').match(/-?[\d.]+/g)?.map(Number) ?? [];
  const [x = 0, y = 0] = transform.slice(-2);
  const dx = x + Number(attributes.x ?? 0);
  const dy = y + Number(attributes.y ?? 0);
  const width = textWidth(text, size);
  const start = { start: 0, middle: width / 2, end: width }[attributes['text-anchor'] ?? 'start'] ?? Number.NaN;
  return (attributes.transform ?? '').startsWith('matrix')
    ? { text, left: dx - size / 2, right: dx + size / 2, top: dy - width / 2, bottom: dy + width / 2 }
    : { text, left: dx - start, right: dx - start + width, top: dy - size / 2, bottom: dy + size / 2 };
}

/** Every text of an SVG drawing is inside it, and none covers another. */
export function expectTidy(all: Element[]): void {
  const { width, height } = (all[0] as Element).attributes;
  const boxes = all.filter(({ name }) => name === 'text').map(box);
  for (const [i, a] of boxes.entries()) {
    const inside = a.left >= 0 && a.top >= 0 && a.right <= Number(width) && a.bottom <= Number(height);
    expect(inside, `'${a.text}' leaves the figure`).toBe(true);
    for (const b of boxes.slice(i + 1)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      expect(apart, `'${a.text}' covers '${b.text}'`).toBe(true);
    }
  }
}
