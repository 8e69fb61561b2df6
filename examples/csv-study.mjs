// The alignment study on a CSV file of your own: is reconstruction or joint embedding the better choice for these data?
//
//     node examples/csv-study.mjs measurements.csv species
import { alignmentStudy, openStudyDataset } from 'eigenview';

const [data, labels] = process.argv.slice(2);
if (data === undefined || labels === undefined) throw new Error('usage: node csv-study.mjs <file.csv> <label column>');
const dataset = await openStudyDataset({ data, labels, signalDims: 'all' });
const variance = 1; // the scale of the columns' variances: noise and augmentation are measured in it
const study = alignmentStudy({ dataset, noiseDims: 4, n: [dataset.rows], noise: 10 * variance, theta: 0.1 * variance });
for await (const { problem, alpha, seed, distance, angle } of study) {
  console.log(problem.padEnd(16), `α ${alpha}`.padEnd(7), `seed ${seed}`, distance.toExponential(2), angle.toFixed(3));
}
for (const { words } of (await study.summary()).advice) console.log(words);
