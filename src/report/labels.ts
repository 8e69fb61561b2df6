import type { Problem } from '../study/protocol.js';
import { type Box, FONT, type Layout } from './layout.js';
import { markMembers } from './text.js';

/** Without quotes, and ending in what every renderer has. PNG files are drawn in Inter. */
export const FONT_FAMILY = 'Inter, Helvetica, Arial, sans-serif';
export const INK = '#333333';

export const PROBLEM_NAMES: Record<Problem, string> = {
  supervised: 'Supervised',
  'joint-embedding': 'Joint embedding',
  reconstruction: 'Reconstruction',
};

const UP = Math.PI / 2;
const DOWN = -Math.PI / 2;

export interface Names {
  columns: string[];
  x: string;
  y: string;
}

/** All text but the legend and the numbers at the axes: headings, names of the outer axes, caption. */
export function labels({ columns, x, y }: Names, { panels, rowNames, width, title, caption }: Layout) {
  const cols = columns.length;
  const firstRow = panels.slice(0, cols);
  const lastRow = panels.slice(-cols);
  const firstCol = panels.filter((_, i) => i % cols === 0);
  return [
    ...title.lines.map((text, i) => label(text, width / 2, title.middles[i] as number, FONT.title, 'bold')),
    ...firstRow.map((box, i) => label(columns[i] as string, centre(box), box.top - 18, FONT.panel, 'bold')),
    ...lastRow.map((box) => label(x, centre(box), box.top + box.height + 44, FONT.axis)),
    ...firstCol.map((box) => label(y, 19, middle(box), FONT.axis, 'normal', UP)),
    ...firstCol.flatMap((box, row) => {
      const { lines, middles } = rowNames[row] as Layout['rowNames'][number];
      return lines.map((text, i) => label(text, middles[i] as number, middle(box), FONT.panel, 'bold', DOWN));
    }),
    ...caption.lines.map((text, i) => label(text, width / 2, caption.middles[i] as number, FONT.caption)),
  ];
}

function centre({ left, width }: Box): number {
  return left + width / 2;
}

function middle({ top, height }: Box): number {
  return top + height / 2;
}

export function label(
  text: string,
  x: number,
  y: number,
  size: number,
  weight: 'normal' | 'bold' = 'normal',
  rotation = 0,
) {
  return {
    type: 'text' as const,
    x,
    y,
    rotation,
    silent: true,
    style: {
      text: markMembers(text),
      // Not the shorthand `font`: fewer SVG renderers read it.
      fontSize: size,
      fontFamily: FONT_FAMILY,
      fontWeight: weight,
      fill: INK,
      align: 'center' as const,
      verticalAlign: 'middle' as const,
    },
  };
}
