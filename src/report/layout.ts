import { textWidth, wrap } from './text.js';

/** Font sizes in pixels of a figure about 900 wide; at NeurIPS's text width, 16 px are about 7 pt. */
export const FONT = { title: 20, panel: 19, axis: 17, tick: 16, legend: 18, caption: 16 } as const;

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where everything of a grid of panels goes, in pixels. Texts are given by the middle of their line. */
export interface Layout {
  width: number;
  height: number;
  /** Row by row. */
  panels: Box[];
  /** A row's name at its right, turned: lines from left to right, each given by its middle. */
  rowNames: { lines: string[]; middles: number[] }[];
  title: { lines: string[]; middles: number[] };
  legend: { rows: string[][]; top: number };
  caption: { lines: string[]; middles: number[] };
}

export interface Contents {
  /** What names each row, in parts that stay on one line each. */
  rows: string[][];
  cols: number;
  title: string;
  legend: string[];
  /** Sentences, on one line where they fit. */
  caption: string[];
}

/** Half pixels keep lines one pixel wide sharp. */
const LEFT = 91.5;
/** With one line of row names; each further one adds its height, and rows without a name need less. */
const RIGHT = { named: 38.5, plain: 18.5, line: 24 } as const;
const COLUMN_GAP = 22;
const ROW_GAP = 30;
/** Fewer panels are larger ones; three columns make 900 px. */
const PANEL_WIDTHS = [480, 350, 242] as const;
const PANEL_HEIGHTS = { single: 260, several: 206 } as const;
const PANEL_TITLE = 34;
const X_TICKS = 28;
const X_NAME = 30;
const EDGE = 12;
export const LEGEND = { icon: 38, gap: 26, lineHeight: 28 } as const;

/** Stacks title, legend, panels and caption, breaking what is too wide for a line. */
export function layout({ rows, cols, title, legend, caption }: Contents): Layout {
  const panelWidth = PANEL_WIDTHS[cols - 1] as number;
  const panelHeight = rows.length === 1 ? PANEL_HEIGHTS.single : PANEL_HEIGHTS.several;
  const names = rows.map((parts) => joinParts(parts, panelHeight + ROW_GAP / 2));
  const most = Math.max(...names.map((lines) => lines.length));
  const right = most === 0 ? RIGHT.plain : RIGHT.named + (most - 1) * RIGHT.line;
  const panelsRight = LEFT + cols * panelWidth + (cols - 1) * COLUMN_GAP;
  const width = Math.round(panelsRight + right);
  const titleBlock = stack(wrap(title, width - 2 * EDGE, FONT.title, 3), EDGE, FONT.title);
  const legendRows = breakLegend(legend, width - 2 * EDGE);
  const legendTop = titleBlock.bottom + (title === '' ? 0 : 4);
  const panelTop = legendTop + legendRows.length * LEGEND.lineHeight + PANEL_TITLE + 0.5;
  const panels = Array.from({ length: rows.length * cols }, (_, i) => ({
    left: LEFT + (i % cols) * (panelWidth + COLUMN_GAP),
    top: panelTop + Math.floor(i / cols) * (panelHeight + ROW_GAP),
    width: panelWidth,
    height: panelHeight,
  }));
  const bottom = panelTop + rows.length * panelHeight + (rows.length - 1) * ROW_GAP + X_TICKS + X_NAME;
  const captionBlock = stack(captionLines(caption, width - 2 * EDGE), bottom + 6, FONT.caption);
  return {
    width,
    height: Math.ceil(captionBlock.bottom + EDGE / 2),
    panels,
    rowNames: names.map((lines) => ({ lines, middles: lines.map((_, i) => panelsRight + 19 + i * RIGHT.line) })),
    title: titleBlock,
    legend: { rows: legendRows, top: legendTop },
    caption: captionBlock,
  };
}

export function stack(
  lines: string[],
  top: number,
  fontSize: number,
): { lines: string[]; middles: number[]; bottom: number } {
  const lineHeight = 1.4 * fontSize;
  return {
    lines,
    middles: lines.map((_, i) => Math.round(top + (i + 0.5) * lineHeight)),
    bottom: Math.ceil(top + lines.length * lineHeight),
  };
}

/** As many parts on a line as fit; the last line is nearest to the figure's edge, so the first reads first. */
function joinParts(parts: string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const joined = lines.length === 0 ? part : `${lines.at(-1)}, ${part}`;
    if (lines.length > 0 && textWidth(joined, FONT.panel) <= width) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.reverse();
}

export function captionLines(sentences: string[], width: number): string[] {
  const together = wrap(sentences.join(' '), width, FONT.caption, 2);
  if (together.length === 1) return together;
  return sentences.flatMap((sentence) => wrap(sentence, width, FONT.caption, 6));
}

export function breakLegend(names: string[], width: number): string[][] {
  const longest = names.reduce((most, name) => Math.max(most, textWidth(name, FONT.legend)), 0);
  const widest = LEGEND.icon + longest + LEGEND.gap;
  const perRow = Math.max(1, Math.floor(width / widest));
  const rows: string[][] = [];
  for (let i = 0; i < names.length; i += perRow) rows.push(names.slice(i, i + perRow));
  return rows;
}
