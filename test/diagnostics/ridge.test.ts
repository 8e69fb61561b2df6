import { expect, it } from 'vitest';
import { selectBackend } from '../../src/backends/select.js';
import { linearProbe } from '../../src/diagnostics/linear-probe.js';
import { generalisedError, prepareRidge } from '../../src/diagnostics/ridge.js';
import { spectrum } from '../../src/diagnostics/spectrum.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { energy, firstRows, plus } from '../support/algebra.js';
import { fixture, scores } from './fixture.js';

const outputs = (targets: Matrix) => ({
  width: targets.cols,
  rows: (from: number, to: number) =>
    new Matrix(to - from, targets.cols, targets.data.subarray(targets.cols * from, targets.cols * to)),
});

it.each([1e-3, 0.1, 10])('generalisedError is that of the fit at λ = %d', async (lambda) => {
  const { z, targets } = fixture;
  const backend = selectBackend('js');
  const problem = await prepareRidge(backend, {}, { name: 'train', x: z, rows: 24, targets }, outputs(targets), false);
  const set = { x: z, targets };
  const { weights, bias } = await linearProbe({ train: set, test: set }, { lambda, backend: 'js' });
  const errors = energy(plus(targets, scores(weights, bias, z), -1)) / 24;
  const { eigenvalues } = await spectrum(z, { backend: 'js' });
  const mean = eigenvalues.reduce((sum, value) => sum + value / 6, 0);
  // The mean, and a share of each direction.
  const freedom = eigenvalues.reduce((sum, value) => sum + value / (value + lambda * mean), 1);
  expect(generalisedError(problem, lambda)).toBeCloseTo(errors / (1 - freedom / 24) ** 2, 11);
});

it('generalisedError never favours a fit with as many parameters as rows', async () => {
  const [z, targets] = [firstRows(fixture.z, 5), firstRows(fixture.targets, 5)];
  const set = { name: 'train', x: z, rows: 5, targets };
  const problem = await prepareRidge(selectBackend('js'), {}, set, outputs(targets), false);
  expect(generalisedError(problem, 0)).toBe(Number.MAX_VALUE);
  expect(generalisedError(problem, 1)).toBeLessThan(1e3);
});
