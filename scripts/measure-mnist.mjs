// Measures the statistics behind the built-in data set and writes data/mnist-statistics.npz.
//
//     node scripts/measure-mnist.mjs FOLDER    (the four MNIST-format IDX files; after `npm run setup`)
//
// Per class, in the 50 leading principal components of the training images: the number of images, the mean, and the lower
// Cholesky factor of the covariance (population convention), packed row after row. float32 is precise enough: the
// rounding, 6e-8 relative, is far below the sampling error of 6 000 images.
import { cholesky, encode, gaussianViews, Matrix, openMnist, pca, viewMoments, writeNpz } from '../dist/index.js';

const DIMS = 50;
const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node scripts/measure-mnist.mjs FOLDER');
  process.exit(2);
}

const images = await openMnist(folder);
const { components, mean } = await pca(images, { k: DIMS });
const scores = await encode(components, images, { mean });

const classes = 1 + images.labels.reduce((most, label) => Math.max(most, label), 0);
const counts = new Float64Array(classes);
const means = new Float32Array(classes * DIMS);
const factors = new Float32Array(classes * ((DIMS * (DIMS + 1)) / 2));

let next = 0;
for (let label = 0; label < classes; label++) {
  const rows = [...images.labels.keys()].filter((i) => images.labels[i] === label);
  const own = new Matrix(rows.length, DIMS);
  rows.forEach((row, i) => {
    own.data.set(scores.row(row), i * DIMS);
  });
  const { inputSecond, inputMean } = await viewMoments(own, gaussianViews());
  const covariance = Matrix.zeros(DIMS, DIMS);
  inputSecond.toArray().forEach((row, i) => {
    row.forEach((x, j) => {
      covariance.data[i * DIMS + j] = x - Number(inputMean[i]) * Number(inputMean[j]);
    });
  });
  const factor = await cholesky(covariance);
  counts[label] = rows.length;
  means.set(inputMean, label * DIMS);
  for (let i = 0; i < DIMS; i++) {
    for (let j = 0; j <= i; j++) factors[next++] = factor.get(i, j);
  }
}

await writeNpz('data/mnist-statistics.npz', {
  counts,
  means: new Matrix(classes, DIMS, means),
  factors: new Matrix(classes, factors.length / classes, factors),
});
