// Which views make useful canonical functions of MNIST? Those of masked, shifted and noisy views, linear and of random
// features, against principal components under a linear probe: on clean images, and with noise added along 20
// directions. Prints tables and says what wins where; draws a figure if its name is given. One to two minutes on two
// cores, below 1 GB; fewer images and random features are quicker.
//
//     node examples/canonical-functions-mnist.mjs path/to/mnist figure.svg [images] [features]
//
// On clean images linear functions of masked views stay below PCA; those of shifted views are ahead of it up to some
// 20 features, and of random features up to 50. Noise of high variance takes PCA's first 20 components, and those of
// masked views: masking leaves it in both views. Shifts remove some of it. Only views with noise of its kind, aligned
// with it, are as good as on clean images; there, without noise to remove, they gain nothing, and cost random features
// five to nine points. Beyond those 20, random features of masked and shifted noisy images fall behind PCA's.
import { writeFile } from 'node:fs/promises';
import * as echarts from 'echarts';
import {
  bandwidthOf,
  canonicalFunctions,
  corruptGaussian,
  cyclicShifts,
  encode,
  gaussianViews,
  groupViews,
  Matrix,
  maskViews,
  matmul,
  momentsPair,
  oneHot,
  openMnist,
  pca,
  randomFeatures,
  samplePair,
  sampleViews,
  supervised,
  svd,
  viewMoments,
} from 'eigenview';

const [folder, figure, rows = 20_000, count = 1000] = process.argv.slice(2);
const shape = { width: 28, height: 28 };
const pixels = shape.width * shape.height;
const sizes = Array.from({ length: 10 }, (_, i) => 5 * (i + 1));
const most = sizes.at(-1);
const noisyDirections = 20;

/** The first rows of a split: chunks of images, and their labels. */
async function read(split, limit) {
  const source = await openMnist(folder, { split });
  const chunks = [];
  let left = Math.min(limit, source.rows);
  for await (const { rows, cols, data } of source) {
    const taken = Math.min(rows, left);
    chunks.push(new Matrix(taken, cols, data.slice(0, taken * cols)));
    left -= taken;
    if (left === 0) break;
  }
  return { chunks, labels: source.labels.subarray(0, Math.min(limit, source.rows)) };
}

/** One below the other. */
function stacked(parts) {
  const all = new Matrix(
    parts.reduce((sum, part) => sum + part.rows, 0),
    parts[0].cols,
  );
  let at = 0;
  for (const { data } of parts) {
    all.data.set(data, at);
    at += data.length;
  }
  return all;
}

/** Γ: equal variances along a few random directions, none elsewhere. */
async function structuredNoise(variance) {
  const normals = await sampleViews(Matrix.zeros(noisyDirections, pixels), gaussianViews({ theta: 1 }), { seed: 7 });
  const { vt } = await svd(normals);
  const projection = await matmul(vt, vt, { transposeA: true });
  const { data } = projection;
  // Symmetric to the last bit.
  return new Matrix(
    pixels,
    pixels,
    data.map((x, at) => (variance * (x + data[(at % pixels) * pixels + Math.floor(at / pixels)])) / 2),
  );
}

async function corrupted({ chunks, labels }, gamma, seed) {
  const noisy = [];
  for await (const chunk of corruptGaussian(chunks, { gamma, seed })) noisy.push(chunk);
  return { chunks: noisy, labels };
}

/** Maps of chunks of images to the `most` best features of each kind, the best first. */
async function* representations({ chunks }, processes) {
  const dictionary = randomFeatures({
    dimension: pixels,
    count: Number(count),
    bandwidth: 2 * bandwidthOf(chunks[0]),
    seed: 3,
  });
  const randomly = async function* (images) {
    for (const chunk of images) yield await dictionary.features(chunk);
  };
  const views = async function* (process, firstView) {
    let firstSample = 0;
    for (const chunk of chunks) {
      yield await sampleViews(chunk, process, { seed: 5, firstSample, firstView });
      firstSample += chunk.rows;
    }
  };
  const principal = async (features) => {
    const { components, mean } = await pca(features(chunks), { k: most });
    return (images) => encode(components, features(images), { mean });
  };
  const canonical = async (pair) => {
    const { functions } = await canonicalFunctions(pair, { k: most });
    return (images) => stacked(images.map((chunk) => pair.evaluate(functions, chunk)));
  };
  yield ['PCA', await principal((images) => images)];
  for (const [name, process] of Object.entries(processes)) {
    yield [name, await canonical(await momentsPair(await viewMoments(chunks, process), { centered: true }))];
  }
  yield ['RF PCA', await principal(randomly)];
  for (const [name, process] of Object.entries(processes)) {
    // Random features have second moments of some 1/count in all: a ridge of a thousandth of that.
    const options = { dictionary, centered: true, exchangeable: true, ridge: 1e-3 / Number(count) };
    yield [`RF ${name}`, await canonical(await samplePair(views(process, 0), views(process, 1), options))];
  }
}

/** Test accuracy, in per cent, of least squares from the first k features to one-hot labels, for every k. */
async function probe(encoding, train, test) {
  const [known, unseen] = [await encoding(train.chunks), await encoding(test.chunks)];
  const target = oneHot(train.labels, 10);
  const accuracies = [];
  for (const k of sizes) {
    const moments = await viewMoments(leading(known, k), gaussianViews(), { target });
    const { weights } = await supervised(moments, { rankTolerance: 1e-12 });
    const scores = await encode(weights, leading(unseen, k));
    const hits = test.labels.filter((label, i) => scores.row(i).indexOf(Math.max(...scores.row(i))) === label);
    accuracies.push((100 * hits.length) / test.labels.length);
  }
  return accuracies;
}

/** The first k columns, and one of ones. */
function leading({ rows, cols, data }, k) {
  const part = new Matrix(rows, k + 1, new Float64Array(rows * (k + 1)).fill(1));
  for (let i = 0; i < rows; i++) part.data.set(data.subarray(i * cols, i * cols + k), i * (k + 1));
  return part;
}

/** Against PCA of the same features; on 10 000 images, differences below a point may be chance. */
function verdict(panel, k) {
  const at = sizes.indexOf(k);
  const accuracy = (name) => panel.get(name)[at];
  const words = [...panel.keys()]
    .filter((name) => !name.endsWith('PCA'))
    .map((name) => {
      const points = accuracy(name) - accuracy(name.startsWith('RF ') ? 'RF PCA' : 'PCA');
      return `${name} ${Math.abs(points) < 1 ? 'even' : `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)}`}`;
    });
  const best = [...panel.keys()].reduce((a, b) => (accuracy(b) > accuracy(a) ? b : a));
  const leader = `best ${best} (${accuracy(best).toFixed(1)} %)`;
  return `k = ${k}: ${leader}; points above PCA of the same features: ${words.join(', ')}`;
}

const INK = '#333333';
const FONT_FAMILY = 'Inter, Helvetica, Arial, sans-serif';
/** Okabe and Ito's colours, as in the package's other figures. */
const PENS = {
  PCA: { colour: '#000000', symbol: 'circle' },
  masking: { colour: '#0072b2', symbol: 'rect' },
  shifts: { colour: '#009e73', symbol: 'triangle' },
  noise: { colour: '#d55e00', symbol: 'diamond' },
};

/** Two panels with an axis of accuracies each; dashed lines and open markers for random features. */
function draw(panels) {
  const boxes = Array.from(panels, (_, i) => ({ left: 78.5 + i * 450, top: 112.5, width: 400, height: 310 }));
  const ranges = Array.from(panels.values(), (panel) => {
    const accuracies = [...panel.values()].flat();
    return [10 * Math.floor(Math.min(...accuracies) / 10), 10 * Math.ceil(Math.max(...accuracies) / 10), 10];
  });
  const text = (content, x, y, fontSize, { align = 'center', weight: fontWeight = 'normal', rotation = 0 } = {}) => ({
    type: 'text',
    x,
    y,
    rotation,
    style: { text: content, fontSize, fontFamily: FONT_FAMILY, fontWeight, fill: INK, align, verticalAlign: 'middle' },
  });
  const axis = (gridIndex, [min, max, step], from = min) => {
    const customValues = Array.from({ length: Math.floor((max - from) / step) + 1 }, (_, i) => from + i * step);
    return {
      type: 'value',
      gridIndex,
      min,
      max,
      axisLine: { show: false },
      axisTick: { show: false, customValues },
      splitLine: { show: true, lineStyle: { color: '#e4e4e4' } },
      axisLabel: { customValues, fontSize: 16, color: INK, margin: 10 },
    };
  };
  const legend = (random) => ({
    data: Object.keys(PENS).map((name) => (random ? `RF ${name}` : name)),
    formatter: (name) => name.replace('RF ', ''),
    left: 270,
    top: random ? 36 : 8,
    itemWidth: 40,
    itemGap: 28,
    textStyle: { fontSize: 17, color: INK, width: 76 },
  });
  const series = Array.from(panels.values(), (panel, i) =>
    Array.from(panel, ([name, accuracies]) => {
      const random = name.startsWith('RF ');
      const { colour, symbol } = PENS[name.replace('RF ', '')];
      return {
        type: 'line',
        name,
        xAxisIndex: i,
        yAxisIndex: i,
        data: accuracies.map((accuracy, at) => [sizes[at], accuracy]),
        symbol,
        symbolSize: 7.5,
        lineStyle: { color: colour, width: 2, type: random ? [5, 4] : 'solid' },
        itemStyle: { color: random ? '#ffffff' : colour, borderColor: colour, borderWidth: 1.5, opacity: 1 },
      };
    }),
  ).flat();
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 950, height: 512 });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: FONT_FAMILY },
    grid: boxes.map((box) => ({ ...box, show: true, borderColor: '#bdbdbd', containLabel: false })),
    xAxis: boxes.map((_, i) => axis(i, [2, 53, 10], 10)),
    yAxis: boxes.map((_, i) => axis(i, ranges[i])),
    legend: [legend(false), legend(true)],
    series,
    graphic: [
      text('Linear', 256, 22, 17, { weight: 'bold', align: 'right' }),
      text('Random features', 256, 50, 17, { weight: 'bold', align: 'right' }),
      ...Array.from(panels.keys(), (name, i) => text(name, boxes[i].left + 200, 94, 18, { weight: 'bold' })),
      ...boxes.map(({ left }) => text('Features k', left + 200, 466, 17)),
      text('Test accuracy (%)', 19, 267, 17, { rotation: Math.PI / 2 }),
      text(
        `Canonical functions of views that differ by masking, shifts or noise such as the right panel’s, and PCA.`,
        475,
        496,
        16,
      ),
    ],
  });
  // Plain text for any renderer: without what a live page needs, centred by an offset.
  const svg = chart
    .renderToSVGString()
    .replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/^<svg ([^>]*)>/, '<svg role="img" $1>\n<title>Test accuracy against the number of features</title>');
  chart.dispose();
  return `${svg.replace(/<style >.*?<\/style>\n?/s, '').replaceAll(' dominant-baseline="central"', ' dy="0.35em"')}\n`;
}

const [train, test] = [await read('train', Number(rows)), await read('test', 10_000)];
const { variances } = await pca(train.chunks, { k: most });
const gamma = await structuredNoise(4 * variances[0]);
const processes = {
  masking: maskViews({ keep: 0.5, rescale: true }),
  shifts: groupViews(cyclicShifts(shape, { x: 2, y: 2 })),
  // Isotropic, as large as the 41st component, and α = 2 times the noise of the right panel: aligned with it.
  noise: gaussianViews({ theta: variances[40], gamma, alpha: 2 }),
};
const panels = new Map();
for (const [title, from, to] of [
  ['Clean images', train, test],
  [`Noise in ${noisyDirections} random directions`, await corrupted(train, gamma, 1), await corrupted(test, gamma, 2)],
]) {
  console.log(
    `\n${title}: test accuracy in per cent\n${'k'.padEnd(12)}${sizes.map((k) => String(k).padStart(6)).join('')}`,
  );
  const panel = new Map();
  for await (const [name, encoding] of representations(from, processes)) {
    const accuracies = await probe(encoding, from, to);
    panel.set(name, accuracies);
    console.log(name.padEnd(12) + accuracies.map((accuracy) => accuracy.toFixed(1).padStart(6)).join(''));
  }
  for (const k of [10, 30, most]) console.log(verdict(panel, k));
  panels.set(title, panel);
}
if (figure !== undefined) await writeFile(figure, draw(panels));
console.log(`\nat most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
