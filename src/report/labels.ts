import type { Noise, Problem } from '../study/protocol.js';
import { type Box, FONT, type Layout } from './layout.js';
import type { Panels } from './panel.js';

/** Without quotes, and ending in what every renderer has. */
export const FONT_FAMILY = 'Helvetica, Arial, sans-serif';
export const INK = '#333333';

const PROBLEM_NAMES: Record<Problem, string> = {
  supervised: 'Supervised',
  'joint-embedding': 'Joint embedding',
  reconstruction: 'Reconstruction',
};
const NOISE_NAMES: Record<Noise, string> = { weak: 'Weak noise', strong: 'Strong noise' };

const UP = Math.PI / 2;
const DOWN = -Math.PI / 2;

/** All text but the legend and the numbers at the axes: headings, names of the outer axes, caption. */
export function labels({ problems, noises }: Panels, { panels, width, title, caption }: Layout, measure: string) {
  const cols = problems.length;
  const firstRow = panels.slice(0, cols);
  const lastRow = panels.slice(-cols);
  const firstCol = panels.filter((_, i) => i % cols === 0);
  const lastCol = panels.filter((_, i) => i % cols === cols - 1);
  return [
    ...title.lines.map((text, i) => label(text, width / 2, title.middles[i] as number, FONT.title, 'bold')),
    ...firstRow.map((box, i) =>
      label(PROBLEM_NAMES[problems[i] as Problem], centre(box), box.top - 18, FONT.panel, 'bold'),
    ),
    ...lastRow.map((box) => label('Sample size n', centre(box), box.top + box.height + 44, FONT.axis)),
    ...firstCol.map((box) => label(measure, 19, middle(box), FONT.axis, 'normal', UP)),
    ...lastCol.map((box, i) =>
      label(NOISE_NAMES[noises[i] as Noise], box.left + box.width + 19, middle(box), FONT.panel, 'bold', DOWN),
    ),
    ...caption.lines.map((text, i) => label(text, width / 2, caption.middles[i] as number, FONT.caption)),
  ];
}

function centre({ left, width }: Box): number {
  return left + width / 2;
}

function middle({ top, height }: Box): number {
  return top + height / 2;
}

function label(text: string, x: number, y: number, size: number, weight: 'normal' | 'bold' = 'normal', rotation = 0) {
  return {
    type: 'text' as const,
    x,
    y,
    rotation,
    silent: true,
    style: {
      text,
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
