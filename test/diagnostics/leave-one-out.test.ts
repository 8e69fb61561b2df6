import { expect, it } from 'vitest';
import { selectBackend } from '../../src/backends/select.js';
import { leaveOneOut } from '../../src/diagnostics/leave-one-out.js';
import { prepareRidge } from '../../src/diagnostics/ridge.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { BACKENDS } from '../support/backends.js';
import { fixture } from './fixture.js';

it.each(BACKENDS)('leaveOneOut has the errors of refits without each row, %s', async (name) => {
  const { z, targets } = fixture;
  const backend = selectBackend(name);
  const train = { name: 'train', x: z, rows: 24, targets };
  const rows = (from: number, to: number) => new Matrix(to - from, 2, targets.data.subarray(2 * from, 2 * to));
  const outputs = { width: 2, rows };
  const problem = await prepareRidge(backend, {}, train, outputs, false);
  const lambdas = fixture.ridge.map(({ lambda }) => lambda);
  const errors = await leaveOneOut(backend, {}, train, outputs, problem, lambdas);
  const expected = fixture.ridge.map(({ leftOut }) => leftOut);
  expect(errors).toBeCloseToArray(expected, 1e-11);
});
