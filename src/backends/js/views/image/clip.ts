/** x brought into [0, white]; NaN stays. */
export function clip(x: number, white: number): number {
  return Math.min(Math.max(x, 0), white);
}
