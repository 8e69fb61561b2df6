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
  title: { lines: string[]; middles: number[] };
  legend: { rows: string[][]; top: number };
  caption: { lines: string[]; middles: number[] };
}

export interface Contents {
  rows: number;
  cols: number;
  title: string;
  legend: string[];
  /** Sentences, on one line where they fit. */
  caption: string[];
}

/** Half pixels keep lines one pixel wide sharp. */
const LEFT = 91.5;
const RIGHT = 38.5;
const COLUMN_GAP = 22;
const ROW_GAP = 30;
/** Fewer panels are larger ones; three columns make 900 px. */
const PANEL_WIDTHS = [480, 350, 242] as const;
const PANEL_HEIGHTS = [260, 206] as const;
const PANEL_TITLE = 34;
const X_TICKS = 28;
const X_NAME = 30;
const EDGE = 12;
export const LEGEND = { icon: 38, gap: 26, lineHeight: 28 } as const;

/** Stacks title, legend, panels and caption, breaking what is too wide for a line. */
export function layout({ rows, cols, title, legend, caption }: Contents): Layout {
  const panelWidth = PANEL_WIDTHS[cols - 1] as number;
  const panelHeight = PANEL_HEIGHTS[rows - 1] as number;
  const width = Math.round(LEFT + cols * panelWidth + (cols - 1) * COLUMN_GAP + RIGHT);
  const titleBlock = stack(wrap(title, width - 2 * EDGE, FONT.title, 3), EDGE, FONT.title);
  const legendRows = breakLegend(legend, width - 2 * EDGE);
  const legendTop = titleBlock.bottom + (title === '' ? 0 : 4);
  const panelTop = legendTop + legendRows.length * LEGEND.lineHeight + PANEL_TITLE + 0.5;
  const panels = Array.from({ length: rows * cols }, (_, i) => ({
    left: LEFT + (i % cols) * (panelWidth + COLUMN_GAP),
    top: panelTop + Math.floor(i / cols) * (panelHeight + ROW_GAP),
    width: panelWidth,
    height: panelHeight,
  }));
  const bottom = panelTop + rows * panelHeight + (rows - 1) * ROW_GAP + X_TICKS + X_NAME;
  const captionBlock = stack(captionLines(caption, width - 2 * EDGE), bottom + 6, FONT.caption);
  return {
    width,
    height: Math.ceil(captionBlock.bottom + EDGE / 2),
    panels,
    title: titleBlock,
    legend: { rows: legendRows, top: legendTop },
    caption: captionBlock,
  };
}

function stack(lines: string[], top: number, fontSize: number): { lines: string[]; middles: number[]; bottom: number } {
  const lineHeight = 1.4 * fontSize;
  return {
    lines,
    middles: lines.map((_, i) => Math.round(top + (i + 0.5) * lineHeight)),
    bottom: Math.ceil(top + lines.length * lineHeight),
  };
}

function captionLines(sentences: string[], width: number): string[] {
  const together = wrap(sentences.join(' '), width, FONT.caption, 2);
  if (together.length === 1) return together;
  return sentences.flatMap((sentence) => wrap(sentence, width, FONT.caption, 3));
}

function breakLegend(names: string[], width: number): string[][] {
  const longest = names.reduce((most, name) => Math.max(most, textWidth(name, FONT.legend)), 0);
  const widest = LEGEND.icon + longest + LEGEND.gap;
  const perRow = Math.max(1, Math.floor(width / widest));
  const rows: string[][] = [];
  for (let i = 0; i < names.length; i += perRow) rows.push(names.slice(i, i + perRow));
  return rows;
}
