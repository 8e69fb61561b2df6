// A learned linear predictor (Tian, Chen, Ganguli, ICML 2021): data of covariance I, augmentation noise of variance
// σ², target τU, weight decay η. Its fixed points, what it conserves, and that it is the gradient flow of no function.
//
//     node examples/dynamics-tian.mjs
import { linearSimsiamFlow, Matrix } from 'eigenview';
import { compare } from './dynamics-table.mjs';

const [dim, noise, tau] = [3, 0.5, 1.2];
const moments = { xx: Matrix.diagonal(new Float64Array(dim).fill(1 + noise)), xy: Matrix.identity(dim) };
const flowAt = (eta) =>
  linearSimsiamFlow(moments, { k: dim, lambda: eta, predictor: 'learned', target: { scale: tau } });
/** p = (τ ± √(τ² − 4η(1 + σ²))) / (2(1 + σ²)). */
const fixedPoint = (eta, sign) => (tau + sign * Math.sqrt(tau ** 2 - 4 * eta * (1 + noise))) / (2 * (1 + noise));
const most = tau ** 2 / (4 * (1 + noise));
const identical = (p) => Matrix.from(Array.from({ length: dim }, (_, i) => [...unit(i, p), ...unit(i, p)]));
const unit = (i, value) => Array.from({ length: dim }, (_, j) => (i === j ? value : 0));

const eta = 0.1;
const flow = flowAt(eta);
const [upper, lower] = [fixedPoint(eta, 1), fixedPoint(eta, -1)];
const start = identical(0.6); // above p−, on all outputs
const { final } = await flow.integrate(start);
const size = (matrix) => Math.hypot(...matrix.data);
const speedAt = (p) => size(flow.velocity(identical(p)));

const random = await flow.integrate({ seed: 1 }, { saveAt: [0, 3] });
const [before, after] = random.states.map((state) => size(flow.invariants(state).balance));
// Weight decay just below and just above the most that any start can bear.
const [below, above] = await Promise.all([0.98, 1.02].map((share) => flowAt(share * most).integrate(identical(2))));

compare([
  ['predictor at the end, Tr P / d', upper, flow.predictorTrace(final) / dim, 1e-9],
  ['speed at p₊', 0, speedAt(upper), 1e-12],
  ['speed at p₋', 0, speedAt(lower), 1e-12],
  ['p₊', 'stable', (await flow.stability(identical(upper))).verdict],
  ['p₋', 'unstable', (await flow.stability(identical(lower))).verdict],
  ['collapse', 'stable', (await flow.stability(identical(0))).verdict],
  ['‖U Uᵀ − Pᵀ P‖ at t = 3 over that at 0: e^{−2ηt}', Math.exp(-2 * eta * 3), after / before, 1e-7],
  ['gradient flow of a function (symmetric Jacobian)', false, flow.schwarz(random.states[0]).symmetric],
  ['Tr P / d just below η = τ²/(4(1 + σ²))', fixedPoint(0.98 * most, 1), below.predictorTrace.at(-1) / dim, 1e-8],
  ['Tr P / d just above it: collapse from anywhere', 0, above.predictorTrace.at(-1) / dim, 1e-8],
]);
