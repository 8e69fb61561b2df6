// Ten million samples, generated on the fly: one pass, memory that does not grow with n.
//
//     node examples/large-study.mjs          10⁷ samples
//     node examples/large-study.mjs 1e6      fewer
import { alignmentStudy, builtInDataset } from 'eigenview';

const largest = Number(process.argv[2] ?? 1e7);
const sizes = Array.from({ length: 6 }, (_, j) => Math.round(largest / 10 ** (5 - j)));
const start = performance.now();
const study = alignmentStudy({ dataset: await builtInDataset(), n: sizes, noise: 1e6, seeds: 1 });
for await (const cell of study) {
  if (cell.problem === 'supervised') continue;
  console.log(
    cell.problem.padEnd(16),
    `α ${cell.alpha}`.padEnd(7),
    String(cell.n).padStart(9),
    cell.angle.toExponential(2),
  );
}
const { maxRSS } = process.resourceUsage();
console.log(`${((performance.now() - start) / 1000).toFixed(1)} s, ${Math.round(maxRSS / 1024)} MB at most`);
