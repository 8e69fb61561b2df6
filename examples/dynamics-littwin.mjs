// Deep linear networks (Littwin et al., NeurIPS 2024): latent prediction ends at ρ^L, reconstruction at ρ^{L/(L + 1)},
// so that, the deeper the encoder, the more latent prediction prefers influential features (large ρ), here to one of
// six times their variance.
//
//     node examples/dynamics-littwin.mjs
import { deepLinearFlow, Matrix } from 'eigenview';
import { compare } from './dynamics-table.mjs';

// ρ = E[xy]/E[x²] and κ = E[xy]: variances κ/ρ of 0.5 and 3.
const features = { rho: [0.9, 0.3], kappa: [0.45, 0.9] };
const rows = [];
for (const depth of [1, 2, 4]) {
  for (const objective of ['latent-prediction', 'reconstruction']) {
    const flow = deepLinearFlow(features, { depth, objective });
    const { final } = await flow.integrate(Matrix.from([[0.1, 0.1]]));
    const power = objective === 'latent-prediction' ? depth : depth / (depth + 1);
    const [influential, variable] = features.rho.map((rho) => rho ** power);
    const name = `L = ${depth}, ${objective}`;
    rows.push([`${name}: influential feature`, influential, final.get(0, 0), 1e-8]);
    rows.push([`${name}: feature of high variance`, variable, final.get(0, 1), 1e-8]);
    rows.push([`${name}: their ratio`, influential / variable, final.get(0, 0) / final.get(0, 1), 1e-6]);
  }
}
compare(rows);
