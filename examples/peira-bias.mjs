// What PEIRA's two algorithms reach, against the size of their batches: differentiating each batch's own trace is biased,
// running averages of the moments are not. Prints a table, and draws it where a file is named.
//
//     node examples/peira-bias.mjs [peira-bias.svg]
import { writeFile } from 'node:fs/promises';
import { cosineSchedule, Matrix, trainPeira } from 'eigenview';

// How often, in a thousand pairs of views, each pair of five states occurs.
const counts = [
  [10, 169, 6, 5, 1],
  [12, 42, 7, 5, 2],
  [2, 344, 30, 2, 1],
  [39, 112, 11, 1, 63],
  [2, 10, 34, 50, 40],
];
const table = Matrix.from(counts.map((row) => row.map((count) => count / 1000)));
const [steps, seeds] = [10000, [1, 2, 3]];
// The learning rate stays small against the averages' own rate, 0.02: encoders that move faster outrun their averages.
const learningRate = cosineSchedule({ start: 0.02, end: 0, steps });

async function reached(algorithm, batchSize) {
  const runs = [];
  for (const seed of seeds) {
    runs.push(await trainPeira(table, { k: 3, lambda: 0.05, algorithm, batchSize, steps, learningRate, seed }));
  }
  return { loss: runs.reduce((sum, { loss }) => sum + loss / runs.length, 0), minimum: runs[0].minimum };
}

const rows = [];
console.log('batch  minibatch trace  running averages  minimum');
for (const batchSize of [2, 4, 8, 16, 32]) {
  const bad = await reached('minibatch-trace', batchSize);
  const better = await reached('running-averages', batchSize);
  rows.push({ batchSize, bad: bad.loss, better: better.loss, minimum: better.minimum });
  const cells = [bad.loss, better.loss, better.minimum].map((value) => value.toFixed(4));
  console.log(`${`${batchSize}`.padStart(5)}  ${cells[0].padStart(15)}  ${cells[1].padStart(16)}  ${cells[2]}`);
}

if (process.argv[2] !== undefined) await writeFile(process.argv[2], await draw(rows));

async function draw(points) {
  const echarts = await import('echarts');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 400 });
  const line = (name, key, color, type) => ({
    name,
    type: 'line',
    symbolSize: 7,
    color,
    lineStyle: { type },
    showSymbol: type === 'solid',
    data: points.map((point) => [`${point.batchSize}`, point[key]]),
  });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'sans-serif' },
    title: {
      text: 'PEIRA: loss over the population, reached by training',
      left: 16,
      top: 10,
      textStyle: { fontSize: 14 },
    },
    legend: { bottom: 8, itemGap: 36 },
    grid: { left: 70, right: 24, top: 52, bottom: 84 },
    xAxis: { type: 'category', name: 'batch size', nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'value', scale: true, axisLabel: { formatter: (value) => value.toFixed(2).replace('-', '−') } },
    series: [
      line("each batch's own trace", 'bad', '#D55E00', 'solid'),
      line('running averages', 'better', '#0072B2', 'solid'),
      line('minimum', 'minimum', '#555555', 'dashed'),
    ],
  });
  // Plain text for any renderer: without what a live page needs, centred by an offset.
  const svg = chart
    .renderToSVGString()
    .replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/<style >.*?<\/style>\n?/s, '')
    .replaceAll(' dominant-baseline="central"', ' dy="0.35em"')
    .replace(/^<svg ([^>]*)>/, '<svg role="img" $1>\n<title>PEIRA: loss reached against batch size</title>');
  chart.dispose();
  return svg;
}
