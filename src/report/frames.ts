import { FONT_FAMILY, INK } from './labels.js';
import { FONT, type Layout } from './layout.js';
import type { LogAxis } from './log-axis.js';

export const FRAME = '#bdbdbd';
const GRID = '#e4e4e4';

/** The panels with their grid lines; the outer ones' axes have numbers. All panels share their axes. */
export function frames({ panels }: Layout, cols: number, x: LogAxis, y: LogAxis) {
  return {
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT_FAMILY },
    grid: panels.map((box) => ({ ...box, show: true, borderColor: FRAME, borderWidth: 1, containLabel: false })),
    xAxis: panels.map((_, i) => axis(x, i, i >= panels.length - cols)),
    yAxis: panels.map((_, i) => axis(y, i, i % cols === 0)),
  };
}

/** One axis of a panel, with the numbers at its ticks or without. */
export function axis(scale: LogAxis, panel: number, labelled: boolean) {
  const at = scale.major.map((tick) => tick.at);
  const names = new Map(scale.major.map((tick) => [tick.at, tick.label]));
  return {
    type: 'value' as const,
    gridIndex: panel,
    min: scale.min,
    max: scale.max,
    silent: true,
    axisLine: { show: false },
    axisTick: { show: false, customValues: at },
    splitLine: { show: true, lineStyle: { color: GRID, width: 1 } },
    axisLabel: {
      show: labelled,
      customValues: at,
      formatter: (value: number) => names.get(value) ?? '',
      fontSize: FONT.tick,
      color: INK,
      margin: 10,
      hideOverlap: false,
    },
  };
}
