import { describe, expect, it } from 'vitest';
import type { JudgedSample } from '../../src/backends/closed-form.js';
import { maxAbs } from '../../src/matrix/check.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { corruptGaussian } from '../../src/moments/corrupt-gaussian.js';
import { STREAMS, uniform } from '../../src/runtime/random.js';
import { cleanSample, collectSeed, corruptedSample } from '../../src/study/seed-moments.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { BACKENDS } from '../support/backends.js';
import { digest } from '../support/moments.js';
import { smallDataset } from '../support/study.js';

const [SEED, DIMS, NOISE_DIMS] = [3, 4, 3];
const SIZES = [17, 300, 5000];

/** The seed's first n rows [signal | noise] with noise of a level, one by one. */
async function corrupted(n: number, noise: number) {
  const dataset = await smallDataset();
  const wide = new Matrix(n, DIMS + NOISE_DIMS);
  let row = 0;
  for await (const chunk of dataset.signal(SEED, n)) {
    for (let i = 0; i < chunk.rows; i++, row++) wide.data.set(chunk.row(i), row * wide.cols);
  }
  const gamma = new Float64Array(DIMS + NOISE_DIMS);
  gamma.set(
    uniform(SEED, 1, STREAMS.spectrum, new Float64Array(NOISE_DIMS)).map((u) => noise * u),
    DIMS,
  );
  return viewMoments(await corruptGaussian(wide, { gamma, seed: SEED }), gaussianViews(), {
    target: dataset.targets(SEED, n),
  });
}

function expectClose(sample: JudgedSample, expected: { inputSecond: Matrix; targetInput?: Matrix | undefined }) {
  // Sums of n terms in another order, of elements up to the largest one.
  const bound = (a: Matrix) => 1e-12 * maxAbs(a.data);
  expect(sample.inputSecond.data).toBeCloseToArray(expected.inputSecond.data, bound(expected.inputSecond));
  const targetInput = expected.targetInput as Matrix;
  expect(sample.targetInput.data).toBeCloseToArray(targetInput.data, bound(targetInput));
}

describe.each(BACKENDS)('collectSeed (%s)', (backend) => {
  it('has the moments of the sample with noise of any level, from one draw of level 1', async () => {
    const moments = await collectSeed(await smallDataset(), NOISE_DIMS, SEED, SIZES, { backend });
    for (const n of SIZES) {
      for (const noise of [1e-3, 1, 1e6]) {
        const expected = await corrupted(n, noise);
        const sample = corruptedSample(moments, n, noise);
        expectClose(sample, expected);
        // Each row has one class: Σ‖y‖²/n = 1.
        expect(sample.targetEnergy).toBeCloseTo(1, 12);
      }
    }
  });

  it('has the clean sample in the signal coordinates', async () => {
    const dataset = await smallDataset();
    const moments = await collectSeed(dataset, NOISE_DIMS, SEED, SIZES, { backend });
    const target = dataset.targets(SEED, 300);
    const expected = await viewMoments(dataset.signal(SEED, 300), gaussianViews(), { target, backend });
    expectClose(cleanSample(moments, 300), expected);
  });

  it('has the same bits for a size whatever the others', async () => {
    const dataset = await smallDataset();
    const all = await collectSeed(dataset, NOISE_DIMS, SEED, SIZES, { backend });
    for (const sizes of [[17], [300], [300, 5000], [5000]]) {
      const some = await collectSeed(dataset, NOISE_DIMS, SEED, sizes, { backend });
      expect([...some.samples.keys()]).toEqual(sizes);
      for (const n of sizes) {
        const [one, other] = [some, all].map((moments) => corruptedSample(moments, n, 7));
        expect(digest((one as JudgedSample).inputSecond)).toBe(digest((other as JudgedSample).inputSecond));
        expect(digest((one as JudgedSample).targetInput)).toBe(digest((other as JudgedSample).targetInput));
      }
    }
  });
});

describe('spectra', () => {
  it('are the seed’s alone, uniform on [0, 1]', async () => {
    const dataset = await smallDataset();
    const draw = async (seed: number, n: number) => collectSeed(dataset, NOISE_DIMS, seed, [n], {});
    const [one, same, other] = [await draw(1, 20), await draw(1, 40), await draw(2, 20)];
    expect(one.unitTheta).toHaveLength(DIMS + NOISE_DIMS);
    expect(one.unitGamma).toHaveLength(NOISE_DIMS);
    expect(same.unitTheta).toEqual(one.unitTheta);
    expect(same.unitGamma).toEqual(one.unitGamma);
    expect(other.unitTheta).not.toEqual(one.unitTheta);
    for (const u of [...one.unitTheta, ...one.unitGamma]) expect(u >= 0 && u < 1).toBe(true);
  });
});
