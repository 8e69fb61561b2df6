// A linear encoder with the optimal predictor and E[xxᵀ] = aI (Tang et al., ICML 2023). Without a penalty U Uᵀ is
// constant, −½ Tr((U K Uᵀ)²) never rises, and an orthogonal start ends in an eigen-subspace of K = E[xyᵀ]. With one,
// neither holds.
//
//     node examples/dynamics-tang.mjs
import {
  gaussianViews,
  linearSimsiamFlow,
  Matrix,
  matmulSync,
  sampleViews,
  subspaceDistance,
  svdSync,
} from 'eigenview';
import { compare } from './dynamics-table.mjs';

const [dim, k, a] = [6, 2, 1.5];
const normals = (rows, cols, seed) => sampleViews(Matrix.zeros(rows, cols), gaussianViews({ theta: 1 }), { seed });
/** K = Q diag(c) Qᵀ of known eigenvectors, and an orthogonal start. */
const { u: q } = svdSync(await normals(dim, dim, 1));
const xy = matmulSync(matmulSync(q, Matrix.diagonal([1.2, 0.9, 0.7, 0.4, 0.2, 0.1])), q, { transposeB: true });
const symmetric = Matrix.from(xy.toArray().map((row, i) => row.map((x, j) => (x + xy.get(j, i)) / 2)));
const { vt: start } = svdSync(await normals(k, dim, 2));
const leading = Matrix.from(q.transpose().toArray().slice(0, k));

const gram = (u) => matmulSync(u, u, { transposeB: true }).data;
const energy = (u) =>
  -0.5 * matmulSync(matmulSync(u, symmetric), u, { transposeB: true }).data.reduce((sum, x) => sum + x * x, 0);

async function follow(lambda) {
  const flow = linearSimsiamFlow(
    { xx: Matrix.diagonal(new Float64Array(dim).fill(a)), xy: symmetric },
    { k, lambda, predictor: 'optimal' },
  );
  const { states, final } = await flow.integrate(start);
  const drift = Math.max(...states.map((u) => Math.hypot(...gram(u).map((x, i) => x - gram(start)[i]))));
  const rise = Math.max(...states.map((u, i) => energy(u) - energy(states[Math.max(0, i - 1)])));
  return { drift, rise, angle: (await subspaceDistance(final, leading)).angles.at(-1) };
}

const free = await follow(0);
const penalised = await follow(0.05);
compare([
  ['λ = 0: ‖U Uᵀ − its start‖ at most', 0, free.drift, 1e-6],
  ['λ = 0: largest rise of −½ Tr((U K Uᵀ)²)', 0, free.rise, 1e-7],
  ['λ = 0: largest angle to the leading eigenvectors', 0, free.angle, 1e-6],
  ['λ = 0.05: U Uᵀ is constant', false, penalised.drift < 1e-2],
  ['λ = 0.05: −½ Tr((U K Uᵀ)²) never rises', false, penalised.rise < 1e-3],
]);
