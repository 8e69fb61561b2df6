// What linear joint embedding and reconstruction learn from CIFAR-10 under SimCLR's augmentations, drawn as images: 16 views
// of every image, streamed; the moments are 3072×3072.
//
//     node examples/cifar-directions.mjs path/to/data_batch_1.bin
import { writeFile } from 'node:fs/promises';
import {
  directionSheet,
  jointEmbedding,
  matmul,
  openCifar10,
  presetViews,
  reconstruction,
  renderPng,
  viewMoments,
} from 'eigenview';

const [file, k = 24] = process.argv.slice(2);
const shape = { width: 32, height: 32, channels: 3 };
const started = performance.now();
const moments = await viewMoments(await openCifar10(file), presetViews('simclr', shape), { samples: 16, seed: 1 });
console.log(
  `${moments.samples} views of ${moments.count} images in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);

/** A pixel's variance between 0 and 255; without it directions of hardly any variance would count as much as any. */
const ridge = 1;
const options = { k: Number(k), spectrum: 'top', ridge };
const je = await jointEmbedding(moments, options);
const rc = await reconstruction(moments, options);
for (const [name, solved, scores] of [
  ['joint-embedding', je, je.eigenvalues],
  ['reconstruction', rc, rc.singularValues],
]) {
  // S w: what the output w·v goes with in the views. The filters w themselves are mostly noise to the eye.
  const patterns = await matmul(solved.encoder, moments.second);
  const notes = [
    `${moments.count} images of CIFAR-10, SimCLR's augmentations, ${moments.samples} views of each; score ± standard error`,
  ];
  const sheet = directionSheet(patterns, {
    shape,
    scores,
    errors: solved.standardErrors,
    title: `Top directions of ${name.replace('-', ' ')}`,
    notes,
  });
  await writeFile(`${name}.png`, await renderPng(sheet));
  console.log(`${name}: ${[...scores.slice(0, 5)].map((score) => score.toPrecision(3)).join(', ')}, …`);
}
console.log(`joint-embedding.png and reconstruction.png after ${((performance.now() - started) / 1000).toFixed(1)} s`);
console.log(`at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
