/** The probes on raw pixels of MNIST, whose accuracies are known. */
import { describe, expect, it } from 'vitest';
import { openMnist } from '../../src/data/mnist.js';
import { knnProbe } from '../../src/diagnostics/knn-probe.js';
import { linearProbe } from '../../src/diagnostics/linear-probe.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { firstRows } from '../support/algebra.js';
import { dataPath, hasData } from '../support/data.js';

const open = (split: 'train' | 'test') => openMnist(dataPath('mnist'), { split });

/** The first rows of a split, in memory. */
async function first(split: 'train' | 'test', rows: number): Promise<{ x: Matrix; labels: Int32Array }> {
  const source = await open(split);
  const data = new Float32Array(rows * source.cols);
  let at = 0;
  for await (const chunk of source) {
    if (at === data.length) break;
    const part = chunk.data.subarray(0, data.length - at);
    data.set(part, at);
    at += part.length;
  }
  return { x: new Matrix(rows, source.cols, data), labels: source.labels.slice(0, rows) };
}

describe.skipIf(!hasData('mnist'))('on MNIST', () => {
  it('ridge tells 86 % of the test digits', async () => {
    const probe = await linearProbe(
      { train: { x: await open('train') }, test: { x: await open('test') } },
      { method: 'ridge' },
    );
    expect(probe.accuracy?.test).toBeGreaterThan(0.855);
    expect(probe.accuracy?.test).toBeLessThan(0.866);
    expect(probe.top5?.test).toBeGreaterThan(0.97);
  });

  it('logistic regression tells 92 to 93 %', async () => {
    // A penalty at which few Newton steps suffice: the test is not for patience.
    const probe = await linearProbe(
      { train: { x: await open('train') }, test: { x: await open('test') } },
      { lambda: 0.01, tolerance: 1e-4 },
    );
    expect(probe.converged).toBe(true);
    expect(probe.accuracy?.test).toBeGreaterThan(0.92);
    expect(probe.accuracy?.test).toBeLessThan(0.93);
  });

  it('neighbours tell 97 %', async () => {
    // A fifth of the test digits, those that are harder.
    const test = await first('test', 2000);
    const { accuracy, top5 } = await knnProbe({ train: { x: await open('train') }, test });
    expect(accuracy).toBeGreaterThan(0.955);
    expect(accuracy).toBeLessThan(0.98);
    expect(top5).toBeGreaterThan(0.99);
    // On ten thousand training digits more is missed.
    const fewer = await first('train', 10_000);
    const less = await knnProbe({
      train: fewer,
      test: { x: firstRows(test.x, 500), labels: test.labels.slice(0, 500) },
    });
    expect(less.accuracy).toBeLessThan(accuracy);
  });
});
