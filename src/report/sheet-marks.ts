/** Where everything on a contact sheet goes, and how it is drawn. */
import { encodePng } from '../data/png.js';
import type { ResolvedShape } from '../views/image/transform.js';
import { FONT_FAMILY, INK } from './labels.js';
import { escapeXml, oneLine, textWidth, wrap } from './text.js';

/** One image; all of channels·height·width numbers. */
export interface Row {
  name: string;
  original: ArrayLike<number>;
  views: readonly ArrayLike<number>[];
  mean: ArrayLike<number>;
}

interface Heading {
  title: string;
  /** Below the title, each as many lines as it takes. */
  lines: readonly string[];
  meanViews: number;
}

interface Column {
  name: string;
  left: number;
  width: number;
}

export const FONT = { title: 20, line: 14, column: 14, row: 13 } as const;
export const QUIET = '#57606a';
const RULE = '#d0d7de';

export const EDGE = 20;
/** Behind the names of rows; between views; between original, views and mean; between rows. */
const GAP = { name: 12, view: 6, group: 26, row: 8 } as const;
/** From the lines above to the first row. */
const HEADINGS = 44;
export const LEAST_WIDTH = 520;
/** Small images are enlarged by whole factors to about this many pixels, so that all of their pixels stay alike. */
const USUAL_SIDE = 88;
const LARGEST_SIDE = 160;

/** An enlarged pixel is a square. Rasterisers know the attribute, browsers the property. */
const PIXELATED = 'image[image-rendering="optimizeSpeed"]{image-rendering:pixelated}';

export function drawSheet(rows: readonly Row[], shape: ResolvedShape, { title, lines, meanViews }: Heading): string {
  const scale = scaleOf(shape);
  const [width, height] = [Math.max(1, scale * shape.width), Math.max(1, scale * shape.height)];
  const count = rows[0]?.views.length ?? 0;
  const names = Math.max(...rows.map(({ name }) => textWidth(name, FONT.row)));
  const columns = placeColumns(EDGE + names + GAP.name, [
    { name: 'original', width },
    { name: count === 1 ? 'view 0' : `views 0 to ${count - 1}`, width: count * width + (count - 1) * GAP.view },
    { name: `mean of ${meanViews}`, width },
  ]);
  const [original, views, mean] = columns as [Column, Column, Column];
  const sheetWidth = Math.ceil(Math.max(mean.left + width + overhang(mean) + EDGE, LEAST_WIDTH));
  const heading = drawHeading(title, lines, sheetWidth - 2 * EDGE);
  const top = heading.bottom + HEADINGS;
  const drawn = rows.map((row, i) => {
    const y = top + i * (height + GAP.row);
    const place = (pixels: ArrayLike<number>, x: number) => drawImage(pixels, shape, { x, y, width, height });
    return [
      text(row.name, EDGE + names, y + height / 2, FONT.row, { anchor: 'end', fill: QUIET }),
      place(row.original, original.left),
      ...row.views.map((view, j) => place(view, views.left + j * (width + GAP.view))),
      place(row.mean, mean.left),
    ].join('\n');
  });
  const sheetHeight = Math.ceil(top + rows.length * (height + GAP.row) - GAP.row + EDGE);
  return sheet(title, sheetWidth, sheetHeight, [
    heading.svg,
    ...columns.map((column) => drawColumn(column, heading.bottom + HEADINGS - 23)),
    ...drawn,
  ]);
}

/** The whole document around what is drawn. */
export function sheet(title: string, width: number, height: number, marks: readonly string[]): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(oneLine(title))}</title>`,
    `<style>@supports (image-rendering:pixelated){${PIXELATED}}</style>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...marks,
  ].join('\n')}\n</svg>\n`;
}

/** From left to right, with room for names that are wider than what is below them. */
function placeColumns(start: number, columns: readonly Omit<Column, 'left'>[]): Column[] {
  let next = start;
  return columns.map((column) => {
    const left = next + overhang(column);
    next = left + column.width + overhang(column) + GAP.group;
    return { ...column, left };
  });
}

function overhang({ name, width }: Omit<Column, 'left'>): number {
  return Math.max(0, (textWidth(name, FONT.column) - width) / 2);
}

export function scaleOf({ width, height }: ResolvedShape): number {
  const side = Math.max(width, height);
  return side > LARGEST_SIDE ? LARGEST_SIDE / side : Math.max(1, Math.round(USUAL_SIDE / side));
}

export function drawHeading(title: string, lines: readonly string[], width: number): { svg: string; bottom: number } {
  const styled = [
    ...wrap(title, width, FONT.title, 3).map((line) => ({
      line,
      size: FONT.title,
      weight: 'bold' as const,
      fill: INK,
    })),
    ...lines
      .flatMap((paragraph) => wrap(paragraph, width, FONT.line, 4))
      .map((line) => ({ line, size: FONT.line, weight: 'normal' as const, fill: QUIET })),
  ];
  let bottom = EDGE - 6;
  const svg = styled.map(({ line, size, ...style }) => {
    const height = 1.45 * size;
    bottom += height;
    return text(line, EDGE, bottom - height / 2, size, style);
  });
  return { svg: svg.join('\n'), bottom: Math.ceil(bottom) };
}

function drawColumn({ left, width, name }: Column, middle: number): string {
  const rule = `<path d="M${round(left)} ${middle + 13.5}h${round(width)}" stroke="${RULE}"/>`;
  return `${text(name, left + width / 2, middle, FONT.column, { anchor: 'middle', weight: 'bold', fill: INK })}\n${rule}`;
}

interface Style {
  anchor?: 'start' | 'middle' | 'end';
  weight?: 'normal' | 'bold';
  fill: string;
}

/** Text by the middle of its line. */
export function text(
  line: string,
  x: number,
  y: number,
  size: number,
  { anchor = 'start', weight = 'normal', fill }: Style,
) {
  const style = `font-family:${FONT_FAMILY};font-size:${size}px;font-weight:${weight}`;
  return `<text x="${round(x)}" y="${round(y)}" dy="0.35em" text-anchor="${anchor}" fill="${fill}" style="${style}">${escapeXml(line)}</text>`;
}

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** An image with a hairline around it, lest white pixels fade into the page. */
export function drawImage(pixels: ArrayLike<number>, shape: ResolvedShape, { x, y, width, height }: Place): string {
  const box = `width="${round(width)}" height="${round(height)}"`;
  const rendering = width >= shape.width ? 'optimizeSpeed' : 'optimizeQuality';
  const frame = `<rect x="${round(x - 0.5)}" y="${round(y - 0.5)}" width="${round(width + 1)}" height="${round(height + 1)}" fill="none" stroke="${RULE}"/>`;
  return `<image x="${round(x)}" y="${round(y)}" ${box} preserveAspectRatio="none" image-rendering="${rendering}" href="${dataUrl(pixels, shape)}"/>\n${frame}`;
}

/** Planes of numbers as a PNG file whose channels are side by side. */
function dataUrl(pixels: ArrayLike<number>, { width, height, channels, white }: ResolvedShape): string {
  const size = width * height;
  // Clips, and rounds to the nearest.
  const bytes = new Uint8ClampedArray(size * channels);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < size; p++) bytes[p * channels + c] = (255 * (pixels[c * size + p] as number)) / white;
  }
  const png = encodePng(width, height, channels as 1 | 3, bytes);
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
