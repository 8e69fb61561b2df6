// SimSiam in function space: the Lyapunov function falls, modes end at f(s, λ) = ½ (s + √(s² − 4λ)), and collapse, in
// part or whole, is stable: how much of it happens depends on where one starts.
//
//     node examples/dynamics-simsiam.mjs
import { gaussianPair, Matrix, simsiamFilter, simsiamFlow } from 'eigenview';
import { compare } from './dynamics-table.mjs';

const [k, lambda, starts] = [3, 0.1, 200];
const flow = simsiamFlow(gaussianPair({ rho: 0.9, degree: 6 }), { k, lambda });

const { energy, final, predictorTrace } = await flow.integrate({ seed: 1 });
const { equilibrium, amplitudes } = flow.classify(final);
const predicted = simsiamFilter(flow.correlations, lambda);
const sum = equilibrium.modes.reduce((total, { index }) => total + predicted[index], 0);
const rises = Array.from(energy.subarray(1), (value, i) => value - energy[i]);
compare([
  ['largest rise of the Lyapunov function', 0, Math.max(0, ...rises), 1e-13],
  ...equilibrium.modes.map(({ index, correlation: s }) => [
    `amplitude of u${index + 1}, s = ${s.toFixed(3)}`,
    predicted[index],
    amplitudes[index],
    1e-9,
  ]),
  ['Tr P = Σ f(s)', sum, predictorTrace.at(-1), 1e-9],
]);

// One mode alone: its lower root ½ (s − √(s² − 4λ)) parts the starts that collapse from those that do not.
const border = (1 - Math.sqrt(1 - 4 * lambda)) / 2;
const along = async (amplitude) => {
  const start = Matrix.zeros(k, flow.columns);
  start.data[0] = amplitude;
  return flow.amplitudes((await flow.integrate(start)).final)[0];
};
console.log('\nFrom the constant function alone, s = 1');
compare([
  ['1 % below its lower root: amplitude', 0, await along(0.99 * border), 1e-8],
  ['1 % above its lower root: amplitude', predicted[0], await along(1.01 * border), 1e-8],
]);

console.log(
  `\nWhere ${starts} random starts end. Stable: the modes of largest s are kept, any number of them up to ${k}`,
);
const rows = [];
for (const scale of [0.02, 0.05, 0.1, 0.2, 0.5, 1]) {
  const { basins, collapsed, partial, global } = await flow.basins({ starts, seed: 1, scale });
  const stable = basins.filter(({ equilibrium: { modes } }) => modes.every(({ index }, r) => index === r));
  const shares = Object.entries({ full: global, partial, collapsed }).map(
    ([name, share]) => `${(100 * share).toFixed(1).padStart(5)} % ${name}`,
  );
  const what = `entries of size ${String(scale).padEnd(4)}: ${shares.join(', ')}`;
  rows.push([what, starts, stable.reduce((total, { count }) => total + count, 0)]);
}
compare(rows);
