import type { Backend } from '../backends/backend.js';
import type { Control } from '../backends/linalg.js';
import { Matrix } from '../matrix/matrix.js';
import { type Checked, rowsOf } from './labelled.js';
import { about } from './origin.js';
import { inverseOf, type Outputs, type Rotated, rotatedWeights } from './rotated.js';

/**
 * For each λ the mean of ‖yᵢ − ŷ₋ᵢ‖² with ŷ₋ᵢ predicted without row i: exactly (yᵢ − ŷᵢ)/(1 − hᵢ) with the leverage
 * hᵢ = 1/n + (1/n) Σⱼ uᵢⱼ²/(λⱼ + λ), u the rows in the eigenbasis. The rows left keep the scaling of all, and their errors are
 * summed against the same penalty nλ‖W‖². One pass: n·d² multiply-adds, and n·d for each λ and output.
 */
export async function leaveOneOut(
  backend: Backend,
  control: Control,
  train: Checked,
  outputs: Outputs,
  problem: Rotated,
  lambdas: readonly number[],
): Promise<number[]> {
  const { encoder, offset } = await rotation(backend, control, problem);
  const predictors = stack(lambdas.map((lambda) => rotatedWeights(problem, lambda)));
  const inverses = stack(
    lambdas.map(
      (lambda) =>
        new Matrix(
          1,
          problem.values.length,
          problem.values.map((v) => inverseOf(v, lambda)),
        ),
    ),
  );
  const sums = lambdas.map(() => 0);
  const { project } = backend.moments;
  for await (const { first, chunk } of rowsOf(train, control.signal)) {
    const u = await project(control, await about(problem.scaling.origin, chunk), encoder);
    for (let at = 0, j = 0; at < u.data.length; at++, j = j + 1 === offset.length ? 0 : j + 1) {
      u.data[at] = (u.data[at] as number) - (offset[j] as number);
    }
    const predicted = await project(control, u, predictors);
    const leverages = await project(
      control,
      new Matrix(
        u.rows,
        u.cols,
        u.data.map((x) => x * x),
      ),
      inverses,
    );
    addErrors(sums, problem, outputs.rows(first, first + chunk.rows), predicted, leverages);
  }
  return sums.map((sum) => sum / problem.count);
}

/** From rows less the origin to the eigenbasis: u = (x − mean) · scale · Q. */
async function rotation(
  backend: Backend,
  control: Control,
  { scaling, vectors }: Rotated,
): Promise<{ encoder: Matrix; offset: Float64Array }> {
  const encoder = vectors.transpose();
  const { scale, mean } = scaling;
  for (let at = 0, j = 0; at < encoder.data.length; at++, j = j + 1 === scale.length ? 0 : j + 1) {
    encoder.data[at] = (encoder.data[at] as number) * (scale[j] as number);
  }
  const offset = await backend.linalg.async.matmul(control, encoder, new Matrix(mean.length, 1, mean), false, false);
  return { encoder, offset: offset.data as Float64Array };
}

function addErrors(sums: number[], problem: Rotated, targets: Matrix, predicted: Matrix, leverages: Matrix): void {
  const { count, targetMean } = problem;
  const { rows, cols } = targets;
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < sums.length; l++) {
      const left = 1 - (1 + (leverages.data[i * leverages.cols + l] as number)) / count;
      let square = 0;
      for (let c = 0; c < cols; c++) {
        const guess = (predicted.data[i * predicted.cols + l * cols + c] as number) + (targetMean[c] as number);
        square += ((targets.data[i * cols + c] as number) - guess) ** 2;
      }
      // A row that alone determines a direction cannot be predicted without it.
      sums[l] = (sums[l] as number) + (left > 0 ? square / left ** 2 : Number.MAX_VALUE / count);
    }
  }
}

function stack(parts: readonly Matrix[]): Matrix {
  const { rows, cols } = parts[0] as Matrix;
  const all = new Matrix(rows * parts.length, cols);
  parts.forEach((part, i) => {
    all.data.set(part.data, i * rows * cols);
  });
  return all;
}
