import { label } from './labels.js';
import { FONT, type Layout, LEGEND } from './layout.js';
import { type Child, custom } from './marks.js';
import type { PhaseMark, PhasePanel } from './phase.js';
import { COLOURS, isDashed, pie, polygon, stroke } from './phase-marks.js';
import { textWidth } from './text.js';

export interface LegendEntry {
  name: string;
  /** The sign, drawn around a point. */
  sign(x: number, y: number): Child[];
}

const RADIUS = 7;
const NONE = { noise: 0, alphaSquared: 0, recovers: 0, misses: 0, undecided: 0, close: false, wrong: false };

/** What the diagram shows, and nothing that it does not. */
export function legendEntries(panels: readonly PhasePanel[], seeds: number): LegendEntry[] {
  const marks = panels.flatMap((panel) => panel.marks);
  const observed = (name: string, facts: Partial<PhaseMark>) =>
    entry(name, (x, y) => pie({ ...NONE, ...facts }, [x, y], RADIUS));
  const some = (condition: (mark: PhaseMark) => boolean, ...entries: LegendEntry[]) =>
    marks.some(condition) ? entries : [];
  return [
    entry(seeds === 1 ? 'threshold' : 'mean threshold', curveSign(seeds)),
    entry('recovery predicted', (x, y) => [polygon(rectangle(x, y), COLOURS.recovers, 0.16)]),
    ...(panels.some(hasDashes) ? [entry('rises from ≤ 0', (x, y) => [stroke(`M${x - 16} ${y}h32`, 2, [5, 4])])] : []),
    ...some((mark) => mark.recovers > 0, observed('recovers', { recovers: 1 })),
    ...some((mark) => mark.misses > 0, observed('misses', { misses: 1 })),
    ...some((mark) => mark.undecided > 0, observed('undecided', { undecided: 1 })),
    ...some(isMixed, observed('seeds differ', { recovers: 1, misses: 2 })),
    ...some((mark) => mark.close, observed('too close to call', { recovers: 1, misses: 1, close: true })),
    ...some((mark) => mark.wrong, observed('not as predicted', { recovers: 1, wrong: true })),
  ];
}

/** Rows of equal columns, centred: the signs, as a series, and the names, as graphic elements. */
export function drawLegend(entries: readonly LegendEntry[], { width, legend }: Layout) {
  const longest = Math.max(...entries.map(({ name }) => textWidth(name, FONT.legend)));
  const pitch = LEGEND.icon + longest + LEGEND.gap;
  const cols = Math.max(...legend.rows.map((row) => row.length));
  const left = (width - (cols * pitch - LEGEND.gap)) / 2;
  const x = (i: number) => left + (i % cols) * pitch;
  const y = (i: number) => legend.top + (Math.floor(i / cols) + 0.5) * LEGEND.lineHeight;
  return {
    signs: custom(0, 5, () => entries.flatMap(({ sign }, i) => sign(x(i) + LEGEND.icon / 2, y(i)))),
    names: entries.map(({ name }, i) => {
      const text = label(name, x(i) + LEGEND.icon + 6, y(i), FONT.legend);
      return { ...text, style: { ...text.style, align: 'left' as const } };
    }),
  };
}

export function hasDashes({ levels }: PhasePanel): boolean {
  return levels.slice(1).some((level, i) => isDashed(levels[i] as PhasePanel['levels'][number], level));
}

export function isMixed({ recovers, misses, undecided }: PhaseMark): boolean {
  return [recovers, misses, undecided].filter((count) => count > 0).length > 1;
}

function entry(name: string, sign: LegendEntry['sign']): LegendEntry {
  return { name, sign };
}

function curveSign(seeds: number): LegendEntry['sign'] {
  return (x, y) => [
    ...(seeds === 1 ? [] : [polygon(rectangle(x, y), COLOURS.curve, 0.18)]),
    stroke(`M${x - 16} ${y}h32`, 2),
  ];
}

function rectangle(x: number, y: number): [number, number][] {
  return [
    [x - 16, y - 8],
    [x + 16, y - 8],
    [x + 16, y + 8],
    [x - 16, y + 8],
  ];
}
