import { expect, it } from 'vitest';
import { writeNpy } from '../../src/data/npy.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { encode } from '../../src/moments/encode.js';
import { alignmentThresholds } from '../../src/thresholds/alignment.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

/** An array whose buffer has been transferred away. */
function detached(): Float64Array {
  const array = Float64Array.of(1, 2);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

it.each<[string, string, () => unknown]>([
  ['writeNpy', 'value', () => writeNpy(folder.at('x.npy'), detached())],
  ['gaussianViews', 'theta', () => gaussianViews({ theta: detached() })],
  ['alignmentThresholds', 'gamma', () => alignmentThresholds({ signal: [1], theta: [1], gamma: detached() })],
  ['encode', 'mean', () => encode(Matrix.identity(2), Matrix.identity(2), { mean: detached() })],
])('%s says that the buffer of %s was transferred away', async (_, argument, call) => {
  expect(await failure(call)).toMatchObject({ code: 'DETACHED', argument });
});
