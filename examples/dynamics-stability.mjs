// Every equilibrium of SimSiam in function space, with correlations of one sign and of both: theory's verdict and its
// number of neutral directions, k r − r(r + 1)/2 with r modes, against the eigenvalues of the Jacobian.
//
//     node examples/dynamics-stability.mjs
import { gaussianPair, simsiamFlow } from 'eigenview';
import { compare } from './dynamics-table.mjs';

// Hermite functions of two normals: correlations ρ, ρ², ρ³, all positive or of both signs.
for (const rho of [0.8, -0.8]) {
  const pair = gaussianPair({ rho, degree: 3, centered: true });
  const flow = simsiamFlow(pair, { k: 2, lambda: 0.02 });
  console.log(`\nCorrelations ${Array.from(flow.correlations, (s) => s.toFixed(3)).join(', ')}; k = ${flow.k}`);
  console.log('Kept modes, − for a lower root: verdict, neutral directions');
  const rows = [];
  for (const { modes, state, verdict, neutral } of flow.equilibria()) {
    const kept = modes.map(({ index, root }) => `u${index + 1}${root === 'lower' ? '−' : ''}`).join(' ') || 'none';
    const jacobian = await flow.stability(state);
    rows.push([`  ${kept}`, `${verdict}, ${neutral}`, `${jacobian.verdict}, ${jacobian.neutral}`]);
  }
  compare(rows);
}
