/** How an image transform is described: what its options are, and which numbers the backends get. */

/** Planar images as rows: channel after channel, each height×width. */
export interface ImageShape {
  width: number;
  height: number;
  /** 1 (grey) or 3 (red, green, blue). */
  channels: number;
  /** The value of a saturated pixel, black being 0; default 255. */
  white?: number;
}

export type ResolvedShape = Required<ImageShape>;

export interface TransformDefinition {
  /** Names of its options, beside `transform` and `probability`. */
  options: readonly string[];
  /** Whether it needs three channels. */
  colour: boolean;
  /**
   * The parameters that backends take, from checked options.
   *
   * @param where how messages call the transform, such as `transforms[2] (gaussianBlur)`; arguments are named `${where}.sigma`
   */
  parameters(where: string, options: Record<string, unknown>, shape: ResolvedShape): number[];
}
