import { access, constants, mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BackendName } from '../backends/select.js';
import { openMnist } from '../data/mnist.js';
import { EigenviewError } from '../errors.js';
import { studyFigure } from '../report/study-figure.js';
import { writeAtomically } from '../store/atomic.js';
import { writeError } from '../store/files.js';
import { alignmentStudy, countCells, type StudyCell } from '../study/alignment-study.js';
import { builtInDataset } from '../study/built-in.js';
import { imageDataset, type StudyDataset } from '../study/dataset.js';
import { SIGNAL_DIMS } from '../study/protocol.js';
import { Progress } from './progress.js';
import { verdicts } from './verdicts.js';

interface StudyFlags {
  data?: string;
  dataset?: 'built-in';
  seeds: number;
  out: string;
  backend?: BackendName;
}

export function studyCommand(): Command {
  return new Command('study')
    .description(
      'The alignment study: distance to optimality against sample size for supervised learning, joint embedding and reconstruction.',
    )
    .option('--data <folder>', 'a folder with the four MNIST-format IDX files, plain or gzip')
    .addOption(new Option('--dataset <name>', 'a data set that comes with the package (default)').choices(['built-in']))
    .option('--seeds <count>', 'independent repetitions', positiveInteger, 3)
    .option('--out <folder>', 'where results.jsonl and figure.svg go', folderName, 'eigenview-study')
    .addOption(
      new Option('--backend <name>', 'where to compute (default: EIGENVIEW_BACKEND or auto)').choices([
        'auto',
        'native',
        'cuda',
        'js',
      ]),
    )
    .action(runStudy);
}

async function runStudy(flags: StudyFlags): Promise<void> {
  if (flags.data !== undefined && flags.dataset !== undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Give either --data or --dataset, not both.');
  }
  const abort = new AbortController();
  const interrupt = () => {
    process.exitCode = 130;
    abort.abort(new Error('interrupted'));
  };
  process.once('SIGINT', interrupt);
  const start = performance.now();
  try {
    await makeFolder(flags.out);
    const dataset = await openDataset(flags, abort.signal);
    const cells = await collect(dataset, flags, abort.signal);
    const results = join(flags.out, 'results.jsonl');
    const figure = join(flags.out, 'figure.svg');
    await writeAtomically(results, cells.map((cell) => `${JSON.stringify(cell)}\n`).join(''));
    await writeAtomically(figure, await studyFigure(cells, { title: `Alignment study, ${dataset.name}` }));
    process.stdout.write(`${verdicts(cells)}\n`);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${cells.length} cells in ${seconds} s\n${results}\n${figure}\n`);
  } catch (error) {
    if (abort.signal.aborted) process.stderr.write('Interrupted; nothing was written.\n');
    throw error;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

async function openDataset({ data, backend }: StudyFlags, signal: AbortSignal): Promise<StudyDataset> {
  if (data === undefined) return builtInDataset();
  return imageDataset(basename(resolve(data)), await openMnist(data), SIGNAL_DIMS, {
    ...(backend && { backend }),
    signal,
  });
}

async function collect(
  dataset: StudyDataset,
  { seeds, backend }: StudyFlags,
  signal: AbortSignal,
): Promise<StudyCell[]> {
  const progress = new Progress(`study of ${dataset.name}`, countCells(dataset, seeds));
  const cells: StudyCell[] = [];
  try {
    for await (const cell of alignmentStudy({ dataset, seeds, ...(backend && { backend }), signal })) {
      cells.push(cell);
      progress.advance();
    }
  } finally {
    progress.end();
  }
  return cells;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (cause) {
    throw writeError(path, cause);
  }
}

function folderName(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a folder.');
  return text;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return value;
}
