import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { type DirectionSheetOptions, directionSheet } from '../../src/report/direction-sheet.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { openPng } from '../support/png.js';

const shape = { width: 3, height: 2, channels: 1 };

/** The pictures of a sheet, as the bytes of their pixels. */
function pictures(svg: string): number[][] {
  return [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, base64]) => [
    ...openPng(Buffer.from(base64 as string, 'base64')).pixels,
  ]);
}

describe('directionSheet', () => {
  it('draws each direction about mid grey, in units of its largest number', () => {
    const directions = Matrix.from([
      [0, 1, 2, 4, 0, -4],
      [0, 0, 0, 0, 0, 0],
    ]);
    const [first, zero] = pictures(directionSheet(directions, { shape })) as [number[], number[]];
    // 127.5 (1 + v/4), rounded, halves to even.
    expect(first.map((byte) => Math.abs(byte - 127.5) / 127.5)).toEqual(
      [0, 0.25, 0.5, 1, 0, 1].map((share) => expect.closeTo(share, 2)),
    );
    expect(first[3]).toBe(255);
    expect(first[5]).toBe(0);
    expect(new Set(zero).size).toBe(1);
  });

  it('draws a direction and its opposite alike', () => {
    const directions = normals(1, 3, 6);
    const opposite = new Matrix(
      3,
      6,
      directions.data.map((value) => -value),
    );
    expect(pictures(directionSheet(opposite, { shape }))).toEqual(pictures(directionSheet(directions, { shape })));
  });

  it('writes a score below each with the digits that its error leaves', () => {
    const options = { shape, scores: Float64Array.of(0.86856, 12.3, 0.5), errors: Float64Array.of(0.00047, 2.1, 0) };
    const svg = directionSheet(normals(1, 3, 6), { ...options, title: 'A < B', notes: ['of <data>'] });
    for (const text of ['0.8686 ± 0.0005', '12 ± 2', '>0.5<', 'A &#60; B', 'of &#60;data&#62;'])
      expect(svg).toContain(text);
    expect(directionSheet(normals(1, 2, 6), { shape })).toContain('>2<');
  });

  it('goes on in another row after eight', () => {
    const height = (count: number) =>
      Number(/height="(\d+)"/.exec(directionSheet(normals(1, count, 6), { shape }))?.[1]);
    expect(height(8)).toBe(height(1));
    expect(height(9)).toBeGreaterThan(height(8));
  });

  it.each<[unknown, unknown, string, string]>([
    [normals(1, 2, 5), { shape }, 'SHAPE_MISMATCH', 'directions'],
    [[[1]], { shape }, 'INVALID_ARGUMENT', 'directions'],
    [normals(1, 2, 6), {}, 'INVALID_ARGUMENT', 'shape'],
    [normals(1, 2, 6), { shape, scores: new Float64Array(1) }, 'SHAPE_MISMATCH', 'scores'],
    [normals(1, 2, 6), { shape, errors: [1, 2] }, 'SHAPE_MISMATCH', 'errors'],
    [normals(1, 2, 6), { shape, scores: Float64Array.of(1, Number.NaN) }, 'NOT_FINITE', 'scores'],
    [normals(1, 2, 6), { shape, colour: 'blue' }, 'UNKNOWN_OPTION', 'colour'],
    [normals(1, 2, 6), { shape, title: 7 }, 'INVALID_ARGUMENT', 'title'],
  ])('refuses %s with %j', async (directions, options, code, argument) => {
    const error = await failure(() => directionSheet(directions as Matrix, options as DirectionSheetOptions));
    expect(error).toMatchObject({ code, argument });
  });
});
