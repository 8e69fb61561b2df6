/**
 * Okabe and Ito's colours, which stay apart under every common colour-vision deficiency, ordered from cold to warm
 * so that they also read as an order. https://jfly.uni-koeln.de/color/
 */
const BLUE = '#0072b2';
const SKY = '#56b4e9';
const GREEN = '#009e73';
const ORANGE = '#e69f00';
const VERMILLION = '#d55e00';
const PURPLE = '#cc79a7';
const BLACK = '#000000';

const COLOURS: readonly (readonly string[])[] = [
  [BLUE],
  [BLUE, VERMILLION],
  [BLUE, GREEN, VERMILLION],
  [BLUE, GREEN, ORANGE, VERMILLION],
  [BLUE, SKY, GREEN, ORANGE, VERMILLION],
  [BLUE, SKY, GREEN, ORANGE, VERMILLION, PURPLE],
  [BLACK, BLUE, SKY, GREEN, ORANGE, VERMILLION, PURPLE],
];

/** Five shapes against seven colours: 35 pairs before one comes back. */
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect'] as const;
/** A circle, square, triangle and diamond of one nominal size differ in area; these make them look alike. */
const SIZES = [9.5, 7.5, 9, 10, 8] as const;

export interface Pen {
  colour: string;
  symbol: (typeof SYMBOLS)[number];
  symbolSize: number;
  /** Sideways, in decades, to tell the lines of a single sample size apart. */
  shift: number;
}

/** Colour and marker of the `index`-th of `count` ordered lines, which together are `spread` decades apart. */
export function pen(index: number, count: number, spread: number): Pen {
  const colours = COLOURS[Math.min(count, COLOURS.length) - 1] as readonly string[];
  return {
    colour: colours[index % colours.length] as string,
    symbol: SYMBOLS[index % SYMBOLS.length] as (typeof SYMBOLS)[number],
    symbolSize: SIZES[index % SIZES.length] as number,
    shift: count === 1 ? 0 : (index / (count - 1) - 0.5) * spread,
  };
}
