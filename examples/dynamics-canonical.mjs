// Canonical functions that are known in closed form: of two normals, Hermite polynomials and s = ρ^j (Mehler); of an
// angle and its shift, Fourier modes and s = |characteristic function|. Against the discretised joint densities, which
// know nothing of either, and against samples, whose error falls as n^{-1/2}.
//
//     node examples/dynamics-canonical.mjs
import {
  canonicalFunctions,
  discretePair,
  gaussianPair,
  gaussianViews,
  Matrix,
  samplePair,
  sampleViews,
  torusPair,
} from 'eigenview';
import { compare } from './dynamics-table.mjs';

const [rho, sigma, k] = [0.7, 0.6, 4];
const hermite = gaussianPair({ rho, degree: k, centered: true }).truth.correlations;
const fourier = torusPair({ degree: k / 2, shift: { gaussian: sigma }, centered: true }).truth.correlations;

/** The states of a grid, with the probabilities of a density there. */
function discretised(grid, density) {
  const values = Matrix.from(grid.map((x) => grid.map((y) => density(x, y))));
  const total = values.data.reduce((sum, value) => sum + value, 0);
  return discretePair(
    new Matrix(
      grid.length,
      grid.length,
      values.data.map((p) => p / total),
    ),
    { centered: true },
  );
}
const line = Array.from({ length: 101 }, (_, i) => (i - 50) * 0.16);
const circle = Array.from({ length: 64 }, (_, i) => (2 * Math.PI * i) / 64);
const normals = discretised(line, (x, y) => Math.exp(-(x * x - 2 * rho * x * y + y * y) / (2 * (1 - rho * rho))));
const turns = [-2, -1, 0, 1, 2].map((turn) => 2 * Math.PI * turn);
const wrapped = (angle) => turns.reduce((sum, turn) => sum + Math.exp(-((angle + turn) ** 2) / (2 * sigma ** 2)), 0);
const onLine = await canonicalFunctions(normals, { k });
const onCircle = await canonicalFunctions(
  discretised(circle, (x, y) => wrapped(y - x)),
  { k },
);

const rows = [];
for (let j = 0; j < k; j++) rows.push([`normals, s${j + 1} = ρ^${j + 1}`, hermite[j], onLine.correlations[j], 1e-8]);
for (let j = 0; j < k; j++) {
  rows.push([`angle, s${j + 1} = exp(−½ σ² n²), n = ${1 + (j >> 1)}`, fourier[j], onCircle.correlations[j], 1e-8]);
}
const state = line.findIndex((x) => Math.abs(x - 1.6) < 1e-9);
const third = Math.abs(normals.evaluate(onLine.functions, Matrix.from([[state]])).get(0, 2));
rows.push(['normals, |u3| at 1.6: (x³ − 3x)/√6', Math.abs(1.6 ** 3 - 3 * 1.6) / Math.sqrt(6), third, 1e-6]);

/** Monomials up to degree 3: a dictionary of one's own. */
const featuresSync = ({ data }) => Matrix.from(Array.from(data, (x) => [x, x * x, x * x * x]));
const dictionary = { name: 'monomials', dimension: 1, count: 3, featuresSync, features: async (x) => featuresSync(x) };
/** Root mean square error of s₁ and s₂ from n samples: two noisy views of one normal number each. */
async function errorAt(n, seeds) {
  let sum = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const latent = await sampleViews(Matrix.zeros(n, 1), gaussianViews({ theta: rho }), { seed: 2 * seed });
    const view = (firstView) =>
      sampleViews(latent, gaussianViews({ theta: 1 - rho }), { seed: 2 * seed + 1, firstView });
    const pair = await samplePair(await view(0), await view(1), { dictionary, centered: true });
    const { correlations } = await canonicalFunctions(pair, { k: 2 });
    sum += (correlations[0] - rho) ** 2 + (correlations[1] - rho ** 2) ** 2;
  }
  return Math.sqrt(sum / (2 * seeds));
}
const power = Math.log((await errorAt(16_000, 60)) / (await errorAt(1000, 60))) / Math.log(16);
rows.push(['samples: power of n by which the error falls', -0.5, power, 0.1]);
compare(rows);
