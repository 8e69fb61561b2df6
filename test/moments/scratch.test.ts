import { it } from 'vitest';
import * as ev from '../../src/index.js';

const { Matrix } = ev;
const tryit = async (name: string, f: () => unknown) => {
  try {
    console.log(name, await f());
  } catch (e) {
    console.log(name, 'THROWS', e);
  }
};
it('scratch', async () => {
  for (const backend of ['native', 'js'] as const) {
    const x = Matrix.from([
      [1, 2],
      [3, 4],
      [5, 7],
    ]);
    const m = await ev.viewMoments(x, ev.gaussianViews({ theta: 1 }), { backend });
    console.log(Object.keys(m));
    await tryit('merge', () => m.merge(m).count);
    await tryit('json', () => JSON.stringify(m).length);
    await tryit('zero-row chunks', () => ev.viewMoments([Matrix.zeros(0, 3)], ev.gaussianViews(), { backend }));
    await tryit('zero-row target', () =>
      ev.viewMoments(x, ev.gaussianViews(), { backend, target: [Matrix.zeros(0, 3)] }),
    );
    await tryit(
      'alpha huge',
      async () =>
        (await ev.viewMoments(x, ev.gaussianViews({ gamma: new Float64Array([0, 1]), alpha: 1e200 }), { backend }))
          .second.data,
    );
    await tryit(
      'encode nan',
      async () => (await ev.encode(Matrix.identity(2), Matrix.from([[1, NaN]]), { backend })).data,
    );
    await tryit(
      'corrupt nan',
      async () => (await ev.corruptGaussian(Matrix.from([[1, NaN]]), { gamma: 1, seed: 1, backend })).data,
    );
    await tryit('corrupt nan stream', async () => {
      for await (const c of ev.corruptGaussian([Matrix.from([[1, 2]]), Matrix.from([[1, NaN]])], {
        gamma: 1,
        seed: 1,
        backend,
      }))
        console.log(c.data);
    });
    const g = Matrix.from([
      [4, 0, 1, 0.5],
      [0, 0, 0, 0],
      [1, 0, 3, 0.2],
      [0.5, 0, 0.2, 2],
    ]);
    await tryit('corrupt zero var', async () =>
      (await ev.corruptGaussian(Matrix.zeros(3, 4), { gamma: g, seed: 1, backend })).toArray(),
    );
    await tryit('tie', () => ev.alignmentThresholds({ signal: [4], theta: [2, 1, 1e4], gamma: [4, 1e-12] }));
    await tryit('extreme', () => ev.alignmentThresholds({ signal: [1e-300], theta: [1e300, 1e200], gamma: [1e-200] }));
    await tryit('rankTolerance 1', () => ev.jointEmbedding(m, { k: 1, rankTolerance: 1, backend }));
    const z = await ev.viewMoments(Matrix.zeros(3, 2), ev.gaussianViews(), { backend });
    await tryit('S=0', () => ev.jointEmbedding(z, { k: 1, backend }));
    await tryit('S=0 tol', () => ev.jointEmbedding(z, { k: 1, backend, rankTolerance: 1e-9 }));
    await tryit('corrupt empty stream', async () => {
      for await (const c of ev.corruptGaussian([], { gamma: 1, seed: 1, backend })) console.log(c.data);
    });
    await tryit(
      'corrupt negative zero',
      async () =>
        (await ev.corruptGaussian(Matrix.from([[-0, -0]]), { gamma: new Float64Array([0, 1]), seed: 1, backend })).data,
    );
  }
});
