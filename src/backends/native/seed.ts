/** High and low word of a seed, as the addon takes it. */
export function seedWords(seed: number): [number, number] {
  return [Math.floor(seed / 2 ** 32), seed % 2 ** 32];
}
