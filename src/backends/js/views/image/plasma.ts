import { type Draw, uniforms } from '../draw.js';

/** How far the first heights may be off the mean of their neighbours, as a square root. */
const WIBBLE = 100;

/**
 * A plasma fractal: side×side heights in [0, 1], side a power of two, by the diamond-square algorithm on a map whose edges
 * wrap around. Height (0, 0) starts at 0. Grids of step side, side/2, … 2 follow each other: first the centre of each
 * square, then the middle of each edge, gets the mean of its four neighbours at half the step plus w²(2u − 1), u the
 * uniform row·side + column of that point; w starts at 100 and is divided by `decay` after each step. In the end the least
 * height is subtracted and all are divided by the greatest; a map of one point is 0.
 */
export function plasma(draw: Draw, side: number, decay: number): Float64Array {
  const u = uniforms(draw, 0, new Float64Array(side * side));
  const map = new Float64Array(side * side);
  const at = (row: number, column: number) => ((row + side) % side) * side + ((column + side) % side);
  const fill = (row: number, column: number, neighbours: readonly (readonly [number, number])[], wibble: number) => {
    const sum = neighbours.reduce((total, [dy, dx]) => total + (map[at(row + dy, column + dx)] as number), 0);
    map[at(row, column)] = sum / 4 + wibble * wibble * (2 * (u[at(row, column)] as number) - 1);
  };
  for (let step = side, wibble = WIBBLE; step >= 2; step /= 2, wibble /= decay) {
    const half = step / 2;
    const corners = [
      [-half, -half],
      [-half, half],
      [half, -half],
      [half, half],
    ] as const;
    const ends = [
      [-half, 0],
      [0, -half],
      [0, half],
      [half, 0],
    ] as const;
    for (let row = half; row < side; row += step) {
      for (let column = half; column < side; column += step) fill(row, column, corners, wibble);
    }
    for (let row = 0; row < side; row += half) {
      for (let column = (row + half) % step; column < side; column += step) fill(row, column, ends, wibble);
    }
  }
  return normalise(map);
}

function normalise(map: Float64Array): Float64Array {
  const least = map.reduce((a, b) => Math.min(a, b));
  const range = map.reduce((a, b) => Math.max(a, b)) - least;
  return map.map((height) => (range > 0 ? (height - least) / range : 0));
}
