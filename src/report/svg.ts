import { createHash } from 'node:crypto';
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GraphicComponentOption, GridComponentOption, LegendComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import { escapeXml, withoutMarks } from './text.js';

export type ChartOption = ComposeOption<
  CustomSeriesOption | LineSeriesOption | GraphicComponentOption | GridComponentOption | LegendComponentOption
>;

export interface Canvas {
  width: number;
  height: number;
  /** One line, read out in place of the picture. */
  label: string;
}

/** ECharts, loaded on the first call and kept. */
export function loadECharts(): Promise<Pick<typeof import('echarts'), 'init'>> {
  return import('echarts/dist/echarts.esm.min.mjs');
}

/** Draws a silent option as SVG text, the same bytes for the same option. */
export async function renderSvg(option: ChartOption, { width, height, label }: Canvas): Promise<string> {
  const { init } = await loadECharts();
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ ...option, animation: false });
    return `${stableIds(withoutMarks(still(chart.renderToSVGString()))).replace(
      /^<svg ([^>]*)>/,
      (_, attributes: string) => `<svg role="img" ${attributes}>\n<title>${escapeXml(label)}</title>`,
    )}\n`;
  } finally {
    chart.dispose();
  }
}

/**
 * Without what ECharts adds for a page that brings the figure to life, and with text centred by an offset, which
 * rasterisers and editors that ignore `dominant-baseline` honour too. Text cannot match: its quotes and < are escaped.
 */
function still(svg: string): string {
  return svg
    .replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/<style >.*?<\/style>\n?/s, '')
    .replace(/ dominant-baseline="central"/g, ' dy="0.35em"');
}

/**
 * zrender numbers ids from a counter of the process. A digest of the drawing takes its place, so that two figures also
 * get on in one HTML page.
 */
function stableIds(svg: string): string {
  const rename = (prefix: string) =>
    svg.replace(/( id="| clip-path="url\(#)zr\d+-/g, (_, before: string) => `${before}${prefix}-`);
  const digest = createHash('sha256').update(rename('figure')).digest('hex').slice(0, 12);
  return rename(`figure-${digest}`);
}
