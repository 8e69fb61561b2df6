// Which α each method needs at which noise level, predicted and observed, as a figure.
//
//     node examples/phase-diagram.mjs phase.svg
import { writeFile } from 'node:fs/promises';
import { alignmentStudy, builtInDataset, phaseDiagram } from 'eigenview';

const study = alignmentStudy({
  dataset: await builtInDataset(),
  noise: [1e3, 1e4, 1e5, 1e6],
  alpha: [0.3, 1, 3, 10, 30],
  seeds: 3,
});
const summary = await study.summary();
await writeFile(process.argv[2] ?? 'phase.svg', await phaseDiagram(summary));
const { clear, close } = summary.agreement;
console.log(`theory and experiment agree in ${clear.agree} of ${clear.agree + clear.disagree + clear.undecided} cases`);
console.log(`${close.agree + close.disagree + close.undecided} more are within 30 % of their threshold`);
