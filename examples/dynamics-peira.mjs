// PEIRA in function space: every random start reaches the global minimum −½ Σ (√s − λ)₊², with one shared encoder or
// two; and the weakest correlation that survives is λ², where SimSiam's is 2√λ.
//
//     node examples/dynamics-peira.mjs
import { gaussianPair, peiraEigenvalues, peiraFlow, peiraMinimum, simsiamFlow } from 'eigenview';
import { compare } from './dynamics-table.mjs';

const [k, lambda, count] = [3, 0.3, 40];
const pair = gaussianPair({ rho: 0.7, degree: 6 });
const rows = [];
for (const encoders of ['shared', 'two']) {
  const flow = peiraFlow(pair, { k, lambda, encoders });
  const ends = await flow.integrateMany({ seed: 1, count });
  const energies = ends.map(({ final }) => flow.energy(final));
  const least = peiraMinimum(flow.correlations, { k, lambda });
  const trace = peiraEigenvalues(flow.correlations, { k, lambda }).reduce((sum, p) => sum + p, 0);
  rows.push(
    [`${encoders}: least loss of ${count} starts`, least, Math.min(...energies), 1e-9],
    [`${encoders}: largest loss of ${count} starts`, least, Math.max(...energies), 1e-9],
    [`${encoders}: Tr P = Σ (s − λ√s)`, trace, flow.predictorTrace(ends[0].final), 1e-9],
  );
}

/** The weakest correlation of a single mode that is not lost, by bisection. */
async function survival(flowOf, ridge) {
  let [lost, kept] = [0, 1];
  while (kept - lost > 1e-4 * kept) {
    const s = (lost + kept) / 2;
    const flow = flowOf(gaussianPair({ rho: s, degree: 1, centered: true }), { k: 1, lambda: ridge });
    // From above: SimSiam, unlike PEIRA, needs a large enough start.
    const { final } = await flow.integrate({ seed: 1, scale: 2 });
    if (flow.amplitudes(final)[0] > 1e-3) kept = s;
    else lost = s;
  }
  return kept;
}

for (const ridge of [0.01, 0.04, 0.16]) {
  const [simsiam, peira] = [await survival(simsiamFlow, ridge), await survival(peiraFlow, ridge)];
  rows.push(
    [`λ = ${ridge}: SimSiam keeps s ≥ 2√λ`, 2 * Math.sqrt(ridge), simsiam, 1e-3],
    [`λ = ${ridge}: PEIRA keeps s > λ²`, ridge ** 2, peira, 1e-3 * ridge],
  );
}
compare(rows);
