import { describe, expect, it } from 'vitest';
import { EigenviewError } from '../../src/errors.js';
import { type FigureCell, studyFigure } from '../../src/report/study-figure.js';
import fc from '../support/properties.js';
import { type Element, elements } from '../support/xml.js';
import { studyCells } from './study-cells.js';
import { expectTidy } from './tidy.js';

const cells = studyCells();
const one: FigureCell = {
  problem: 'supervised',
  noise: 1e3,
  theta: 1e4,
  k: 50,
  alpha: 1,
  n: 100,
  seed: 0,
  distance: 0.1,
  angle: 0.3,
};

const FRAME = '#bdbdbd';
const GRID = '#e4e4e4';
const COLOURS = ['#0072b2', '#009e73', '#d55e00'];

const texts = (all: Element[]) => all.filter(({ name }) => name === 'text').map(({ text }) => text);
const count = (all: Element[], wanted: string) => texts(all).filter((text) => text === wanted).length;
const frames = (all: Element[]) => all.filter(({ attributes }) => attributes.stroke === FRAME);
const bands = (all: Element[]) => all.filter(({ attributes }) => attributes['fill-opacity'] === '0.22');
const lines = (all: Element[]) =>
  all.filter(({ attributes: { fill, stroke, transform } }) => {
    return (fill === 'none' || fill === 'transparent') && COLOURS.includes(stroke ?? '') && transform === undefined;
  });
const openMarkers = (all: Element[]) =>
  all.filter(({ attributes: { fill, stroke } }) => fill === '#ffffff' && COLOURS.includes(stroke ?? ''));

/** The lower edge of a frame, drawn as M left top h… v height h… Z. */
const bottom = ({ attributes }: Element) => {
  const [, top, , , , height] = (attributes.d ?? '').match(/-?[\d.]+/g)?.map(Number) ?? [];
  return (top ?? Number.NaN) + (height ?? Number.NaN);
};

describe('studyFigure', () => {
  it('draws three columns, two rows, a line and a band per α', async () => {
    const all = elements(await studyFigure(cells));
    expect(all[0]).toMatchObject({ name: 'svg', attributes: { width: '900', role: 'img' } });
    expect(frames(all)).toHaveLength(6);
    expect(lines(all)).toHaveLength(18);
    expect(bands(all)).toHaveLength(18);
    for (const heading of ['Supervised', 'Joint embedding', 'Reconstruction', 'Noise ≤ 10³', 'Noise ≤ 10⁶']) {
      expect(count(all, heading), heading).toBe(1);
    }
    expect(count(all, 'Distance to optimality')).toBe(2);
    expect(count(all, 'Sample size n')).toBe(3);
    expect(texts(all).filter((text) => text.startsWith('α'))).toEqual(['α = 0.1', 'α = 1', 'α = 10']);
    expect(count(all, 'Mean over 3 seeds; shaded: smallest to largest.')).toBe(1);
    expectTidy(all);
  });

  it('labels decades on the outer axes only, over one range', async () => {
    const all = elements(await studyFigure(cells));
    for (const decade of ['10⁰', '10⁻¹', '10⁻⁶']) expect(count(all, decade), decade).toBe(2);
    for (const decade of ['10³', '10⁴']) expect(count(all, decade), decade).toBe(3);
    // Six panels, seven decades of distance and three of sample size.
    expect(all.filter(({ attributes }) => attributes.stroke === GRID)).toHaveLength(6 * (7 + 3));
  });

  it('puts the columns and rows in one order, and leaves out those without cells', async () => {
    const some = cells.filter(({ problem, noise }) => problem !== 'joint-embedding' && noise === 1e6).reverse();
    const all = elements(await studyFigure(some));
    const headings = texts(all).filter((text) => /^[A-Z][a-z]+( ≤ .*)?$|embedding/.test(text));
    expect(headings).toEqual(['Supervised', 'Reconstruction', 'Noise ≤ 10⁶']);
    expect(frames(all)).toHaveLength(2);
    expect(lines(all)).toHaveLength(6);
    expectTidy(all);
  });

  it('leaves a panel empty where only that combination is missing', async () => {
    const all = elements(await studyFigure(cells.filter((c) => c.problem !== 'supervised' || c.noise === 1e3)));
    expect(frames(all)).toHaveLength(6);
    expect(lines(all)).toHaveLength(15);
  });

  it('has no band for one seed, and says so', async () => {
    const all = elements(await studyFigure(cells.filter(({ seed }) => seed === 1)));
    expect(bands(all)).toHaveLength(0);
    expect(lines(all)).toHaveLength(18);
    expect(count(all, 'One seed.')).toBe(1);
  });

  it('counts the seeds where they differ', async () => {
    const all = elements(await studyFigure(cells.filter(({ seed, n }) => seed < 2 || n < 1000)));
    expect(count(all, 'Mean over 2 to 3 seeds; shaded: smallest to largest.')).toBe(1);
  });

  it.each([
    ['one sample size', (cell: FigureCell) => cell.n === 800],
    ['two sample sizes', (cell: FigureCell) => cell.n === 25600 || cell.n === 51200],
    ['one row', (cell: FigureCell) => cell.noise === 1e3],
    ['one panel', (cell: FigureCell) => cell.noise === 1e3 && cell.problem === 'reconstruction'],
    ['one α', (cell: FigureCell) => cell.alpha === 1],
    ['one cell', (cell: FigureCell) => cell === cells[7]],
  ])('keeps its texts apart with %s', async (_, keep) => {
    expectTidy(elements(await studyFigure(cells.filter(keep), { title: 'A study' })));
  });

  it('keeps its texts apart with many α and huge ranges', async () => {
    const alphas = [0, 1e-7, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 12345.678];
    const many = cells
      .filter(({ alpha }) => alpha === 1)
      .flatMap((cell) =>
        alphas.map((alpha) => ({ ...cell, alpha, n: cell.n ** 3, distance: cell.distance ** 9 * 1e30 })),
      );
    const all = elements(await studyFigure(many));
    expect(texts(all).filter((text) => text.startsWith('α'))).toEqual(alphas.map((alpha) => `α = ${alpha}`));
    expectTidy(all);
  });

  it('gives the same bytes for the same cells in any order', async () => {
    const expected = await studyFigure(cells);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(cells, { minLength: cells.length }), async (shuffled) => {
        expect(await studyFigure(new Set(shuffled))).toBe(expected);
      }),
      { numRuns: 5 },
    );
  });

  it('does not let a counter of the process into the ids', async () => {
    const [first, second] = [await studyFigure(cells), await studyFigure(cells)];
    expect(second).toBe(first);
    expect(first).not.toMatch(/zr\d|ecmeta|class=/);
    const ids = elements(first).flatMap(({ attributes }) => attributes.id ?? []);
    const used = elements(first).flatMap(({ attributes }) => attributes['clip-path'] ?? []);
    expect(new Set(used)).toEqual(new Set(ids.map((id) => `url(#${id})`)));
    const other = elements(await studyFigure([one, { ...one, n: 200 }])).flatMap(
      ({ attributes }) => attributes.id ?? [],
    );
    expect(ids.filter((id) => other.includes(id))).toEqual([]);
  });

  it('counts a repeated cell once', async () => {
    expect(await studyFigure([...cells, ...cells.slice(0, 50)])).toBe(await studyFigure(cells));
  });

  it('shows the angle on request', async () => {
    const all = elements(await studyFigure([{ ...one, distance: Number.NaN }], { measure: 'angle' }));
    expect(count(all, 'Sine of the angle')).toBe(1);
    expect(count(all, 'Distance to optimality')).toBe(0);
  });

  it('escapes the title, breaks it into lines and keeps it whole for screen readers', async () => {
    const title = `<script>alert("x")</script> & 'α' {a|b} ]]> `.repeat(3).trim();
    const all = elements(await studyFigure([one], { title }));
    expect(all.find(({ name }) => name === 'title')?.text).toBe(title);
    expect(all.some(({ name }) => name === 'script')).toBe(false);
    expect(texts(all).join(' ')).toContain(title);
    expectTidy(all);
  });

  it('draws a title that is the name of a member of every object, and leaves objects alone', async () => {
    const members = Object.getOwnPropertyNames(Object.prototype);
    expect(members).toContain('__proto__');
    for (const title of members) {
      const all = elements(await studyFigure([one], { title }));
      expect(all.find(({ name }) => name === 'title')?.text).toBe(title);
      expect(count(all, title), title).toBe(1);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(members);
    for (const member of members.filter((name) => name !== '__proto__')) {
      expect(Object.keys(Reflect.get({}, member)), member).toEqual([]);
    }
  });

  it('is well-formed whatever the title', async () => {
    const title = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(' ', '\u0000\ud800\uffff', '\n'),
    );
    await fc.assert(
      fc.asyncProperty(title, async (text) => {
        expectTidy(elements(await studyFigure([one], { title: text })));
      }),
      { numRuns: 30 },
    );
  });

  it('draws what has no logarithm as open markers on the axis, and only then mentions them', async () => {
    expect(openMarkers(elements(await studyFigure(cells)))).toHaveLength(0);
    const zeros = cells.map((cell) => (cell.alpha === 10 && cell.n > 20000 ? { ...cell, distance: 0 } : cell));
    const all = elements(await studyFigure(zeros));
    // Two sample sizes in six panels.
    expect(openMarkers(all)).toHaveLength(12);
    const caption = texts(all).filter((text) => text.includes('Open markers: 0 or below 10⁻¹², drawn on the axis.'));
    expect(caption).toHaveLength(1);
    const axes = new Set(frames(all).map(bottom));
    for (const { attributes } of openMarkers(all)) {
      const y = Number(/([\d.]+)\)$/.exec(attributes.transform ?? '')?.[1]);
      expect(axes.has(y), `an open marker at ${y}`).toBe(true);
    }
    expectTidy(all);
  });

  it('cuts a band off at the axis when one seed is 0', async () => {
    const all = elements(
      await studyFigure(cells.map((cell) => (cell.seed === 0 && cell.n === 400 ? { ...cell, distance: 0 } : cell))),
    );
    expect(openMarkers(all)).toHaveLength(0);
    expect(texts(all).some((text) => text.includes('Shading is cut off at the axis.'))).toBe(true);
  });

  it('draws a study of zeros', async () => {
    const all = elements(await studyFigure([{ ...one, distance: 0 }]));
    expect(openMarkers(all)).toHaveLength(1);
    expectTidy(all);
  });

  it('draws the largest and smallest numbers', async () => {
    const extreme = [Number.MAX_VALUE, 1e-300, Number.MIN_VALUE].map((distance, seed) => ({ ...one, distance, seed }));
    const all = elements(
      await studyFigure([...extreme, { ...one, n: Number.MAX_SAFE_INTEGER, distance: Number.MAX_VALUE }]),
    );
    expect(texts(all).join(' ')).not.toMatch(/NaN|Infinity/);
    expect(all.map(({ attributes }) => attributes.d ?? '').join(' ')).not.toMatch(/NaN|Infinity/);
    expectTidy(all);
  });

  const failure = async (given: unknown, options?: unknown) => {
    const error: unknown = await studyFigure(given as FigureCell[], options as object).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EigenviewError);
    return error as EigenviewError;
  };

  it.each([
    ['EMPTY', [], 'cells'],
    ['INVALID_ARGUMENT', undefined, 'cells'],
    ['INVALID_ARGUMENT', { length: 1 }, 'cells'],
    ['INVALID_ARGUMENT', [null], 'cells[0]'],
    ['INVALID_ARGUMENT', [one, { ...one, problem: 'toString' }], 'cells[1].problem'],
    ['INVALID_ARGUMENT', [{ ...one, noise: 'low' }], 'cells[0].noise'],
    ['OUT_OF_RANGE', [{ ...one, theta: -1 }], 'cells[0].theta'],
    ['OUT_OF_RANGE', [{ ...one, k: 0 }], 'cells[0].k'],
    ['NOT_FINITE', [{ ...one, distance: Number.NaN }], 'cells[0].distance'],
    ['NOT_FINITE', [{ ...one, distance: Number.POSITIVE_INFINITY }], 'cells[0].distance'],
    ['NOT_FINITE', [{ ...one, alpha: Number.NaN }], 'cells[0].alpha'],
    ['OUT_OF_RANGE', [{ ...one, distance: -1e-9 }], 'cells[0].distance'],
    ['INVALID_ARGUMENT', [{ ...one, distance: '1' }], 'cells[0].distance'],
    ['OUT_OF_RANGE', [{ ...one, n: 0 }], 'cells[0].n'],
    ['INVALID_ARGUMENT', [{ ...one, n: 1.5 }], 'cells[0].n'],
    ['INVALID_ARGUMENT', [{ ...one, seed: undefined }], 'cells[0].seed'],
    ['INVALID_ARGUMENT', [one, { ...one, distance: 0.2 }], 'cells[1].distance'],
  ])('rejects with %s: %j', async (code, given, argument) => {
    expect(await failure(given)).toMatchObject({ code, argument });
  });

  it('rejects options that do not exist or have the wrong type', async () => {
    expect(await failure([one], { width: 900 })).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'width' });
    expect(await failure([one], { measure: 'loss' })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'measure' });
    expect(await failure([one], { title: 3 })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'title' });
  });
});
