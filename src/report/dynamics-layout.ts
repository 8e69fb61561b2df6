import { type Box, breakLegend, captionLines, FONT, LEGEND, stack } from './layout.js';
import { textWidth, wrap } from './text.js';

/** Where everything of a figure of the dynamics goes, in pixels. */
export interface DynamicsLayout {
  width: number;
  height: number;
  amplitudes: Box;
  energy: Box;
  trace: Box;
  /** null where the predictor has no alignment. */
  alignment: Box | null;
  basins: Box;
  title: { lines: string[]; middles: number[] };
  legend: { rows: string[][]; top: number };
  caption: { lines: string[]; middles: number[] };
}

const WIDTH = 900;
const EDGE = 12;
/** Half pixels keep lines one pixel wide sharp. */
const LEFT = 91.5;
/** For the names of predicted levels. */
export const RIGHT = { wide: 116, narrow: 98 } as const;
const NARROW = 262;
const HEIGHTS = { wide: 270, narrow: 200 } as const;
const PANEL_TITLE = 36;
/** Numbers and name of the time axis, and the gap to the next row. */
const BELOW = 66;

/** One wide panel over a grid of two columns. */
export function dynamicsLayout(texts: {
  title: string;
  legend: string[];
  caption: string[];
  alignment: boolean;
}): DynamicsLayout {
  const inner = WIDTH - 2 * EDGE;
  const titleBlock = stack(wrap(texts.title, inner, FONT.title, 3), EDGE, FONT.title);
  const rows = breakLegend(texts.legend, inner);
  const firstTop = titleBlock.bottom + PANEL_TITLE;
  const legendTop = firstTop - 2;
  const top = legendTop + rows.length * LEGEND.lineHeight + 8.5;
  const second = top + HEIGHTS.wide + BELOW + PANEL_TITLE;
  const third = second + HEIGHTS.narrow + BELOW + PANEL_TITLE;
  const box = (column: number, y: number): Box => ({
    left: column === 0 ? LEFT : WIDTH - RIGHT.narrow - NARROW - 0.5,
    top: y,
    width: NARROW,
    height: HEIGHTS.narrow,
  });
  const caption = stack(captionLines(texts.caption, inner), third + HEIGHTS.narrow + BELOW - 4, FONT.caption);
  return {
    width: WIDTH,
    height: Math.ceil(caption.bottom + EDGE / 2),
    amplitudes: { left: LEFT, top, width: WIDTH - LEFT - RIGHT.wide, height: HEIGHTS.wide },
    energy: box(0, second),
    trace: box(1, second),
    alignment: texts.alignment ? box(0, third) : null,
    basins: texts.alignment ? box(1, third) : { ...box(0, third), width: WIDTH - LEFT - RIGHT.wide },
    title: titleBlock,
    legend: { rows, top: legendTop },
    caption,
  };
}

/** Moves heights apart to at least `gap`, in order, as little as it takes, inside [low, high] where they fit. */
export function spread(heights: readonly number[], gap: number, low: number, high: number): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => (heights[a] as number) - (heights[b] as number));
  const placed = new Array<number>(heights.length);
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(heights[i] as number, floor);
    floor = (placed[i] as number) + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i] as number, ceiling);
    ceiling = (placed[i] as number) - gap;
  }
  return placed;
}

const SMALLEST = 12;

/** A text in the largest size at which it fits, or as much of it as does in the smallest. */
export function fitted(text: string, width: number, largest: number): { text: string; size: number } {
  for (let size = largest; size >= SMALLEST; size--) if (textWidth(text, size) <= width) return { text, size };
  const chars = [...text];
  while (chars.length > 1 && textWidth(`${chars.join('')}…`, SMALLEST) > width) chars.pop();
  return { text: `${chars.join('')}…`, size: SMALLEST };
}
