/** Images as rows: planar, channel after channel, each height×width. Pixel (x, y) covers the unit square around (x + ½, y + ½). */
import type { RowMap } from '../step.js';

export interface ImageShape {
  width: number;
  height: number;
  channels: number;
  /** The value of a saturated pixel; black is 0. */
  white: number;
}

/** Makes the map of a transform from its parameters. */
export type ImageTransform = (shape: ImageShape, parameters: Float64Array) => RowMap;
