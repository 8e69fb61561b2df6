import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BackendName } from '../backends/select.js';
import { type ResolvedStudyConfig, resolveStudyConfig, type StudyConfig } from '../study/config.js';
import { readStudyConfig } from '../study/read-config.js';
import { type RecordedStudy, recordStudy } from '../study/record.js';
import { estimateText } from './estimate.js';
import { EXIT, exitCodesText } from './exit-codes.js';
import { number, numbers } from './numbers.js';
import { Output } from './output.js';
import { Progress, progressMode } from './progress.js';
import { compareCommand } from './study-compare.js';
import { reportCommand } from './study-report.js';
import { resultText } from './study-result.js';

interface StudyFlags extends StudyConfig {
  config?: string;
  out: string;
  resume?: boolean;
  failFast?: boolean;
  dryRun?: boolean;
  figures: boolean;
  json?: boolean;
  quiet?: boolean;
}

export function studyCommand(): Command {
  const command = new Command('study')
    .description(
      'The alignment study: distance to optimality and angle to the signal against sample size, for supervised learning, joint embedding and reconstruction.',
    )
    .optionsGroup('What to study:')
    .option(
      '--config <file>',
      'a YAML or JSON file with any of the keys below; what the command line says stands above it',
    )
    .option('--data <path>', 'MNIST-format folder, CIFAR-10 binary, .npy, .npz, .csv, .parquet')
    .addOption(new Option('--dataset <name>', 'a data set that comes with the package (default)').choices(['built-in']))
    .option('--labels <where>', 'a column of the data, or a file of their own')
    .option('--target <kind>', 'what the labels are: auto, classes or values (default: auto)')
    .option('--grayscale', 'turn colour images grey')
    .option(
      '--signal-dims <count>',
      "principal components kept, or 'all' for the columns as they are (default: 50)",
      countOrAll,
    )
    .option('--noise-dims <count>', 'noise coordinates appended (default: 50)', number)
    .optionsGroup('The grid (each a value, or several separated by commas):')
    .option('--n <sizes>', 'sample sizes (default: 100, 200, … 51200)', numbers)
    .option('--alpha <alphas>', 'alignments (default: 0.1,1,10)', numbers)
    .option('--noise <levels>', 'noise levels (default: 1e3,1e6)', numbers)
    .option('--theta <levels>', 'levels of the augmentation Θ (default: 1e4)', numbers)
    .option('--k <dims>', 'dimensions of the encoders (default: signal dims)', numbers)
    .option('--seeds <count>', 'independent repetitions, or a list of seeds (default: 3)', countOrList)
    .option('--problems <names>', 'supervised, joint-embedding, reconstruction (default: all)', words)
    .optionsGroup('How:')
    .option('--out <folder>', 'where results, figures and report go', folderName, 'eigenview-study')
    .option(
      '--resume',
      'take over the finished cells in the folder, compute the others; alone, what was asked for then',
    )
    .option('--fail-fast', 'end at the first cell that cannot be computed')
    .option('--dry-run', 'print the cells and an estimate of time and memory, compute nothing')
    .option('--no-figures', 'tables only')
    .addOption(
      new Option('--json', 'events for machines on standard output, one JSON object a line').conflicts('quiet'),
    )
    .option('--quiet', 'print nothing but errors')
    .addOption(
      new Option('--backend <name>', 'where to compute (default: EIGENVIEW_BACKEND or auto)').choices([
        'auto',
        'native',
        'cuda',
        'js',
      ] satisfies BackendName[]),
    )
    .addHelpText('after', `\n${exitCodesText(Object.values(EXIT))}`)
    .action((flags: StudyFlags) => (flags.dryRun ? dryRun(flags) : runStudy(flags)));
  return command.addCommand(reportCommand()).addCommand(compareCommand());
}

async function configOf(flags: StudyFlags): Promise<ResolvedStudyConfig> {
  const { config, out, resume, failFast, dryRun, figures, json, quiet, ...own } = flags;
  if (config !== undefined) return readStudyConfig(config, own);
  const kept = join(out, 'config.json');
  // Asked to go on and for nothing else: with what was asked for then.
  if (resume && Object.keys(own).length === 0 && existsSync(kept)) return readStudyConfig(kept);
  return resolveStudyConfig(own);
}

async function dryRun(flags: StudyFlags): Promise<void> {
  new Output(process.stdout).write(await estimateText(await configOf(flags), flags.json === true));
}

async function runStudy(flags: StudyFlags): Promise<void> {
  const config = await configOf(flags);
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const start = performance.now();
  let progress: Progress | undefined;
  try {
    const study = await recordStudy(flags.out, config, {
      resume: flags.resume === true,
      failFast: flags.failFast === true,
      signal: abort.signal,
      onStart: ({ name, total, finished }) => {
        progress = new Progress({ mode: progressMode(flags), label: `study of ${name}`, total, finished });
        // Cells are computed in other threads: this one has time to load what draws.
        if (flags.figures) preloadReport();
      },
      onCell: (cell) => progress?.cell(cell),
      onFailure: (failure) => progress?.failure(failure),
    });
    const files = flags.figures ? await drawReport(flags.out, study) : [];
    finish(flags, study, files, progress, (performance.now() - start) / 1000);
  } catch (error) {
    progress?.end({ error: error instanceof Error ? error.message : String(error) });
    if (!abort.signal.aborted || error !== abort.signal.reason) throw error;
    process.exitCode = EXIT.interrupted.code;
    process.stderr.write(
      `Interrupted. Finished cells are kept; continue with: eigenview study --resume --out ${flags.out}\n`,
    );
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}

/** Imported late: a study starts without what draws. A failure to load shows when it is needed. */
function preloadReport(): void {
  import('../report/write-report.js').then(
    ({ preloadReport }) => preloadReport(),
    () => undefined,
  );
}

async function drawReport(folder: string, { record, cells }: RecordedStudy): Promise<string[]> {
  const { writeReport } = await import('../report/write-report.js');
  return writeReport(folder, record, cells);
}

function finish(
  flags: StudyFlags,
  { record }: RecordedStudy,
  files: readonly string[],
  progress: Progress | undefined,
  seconds: number,
): void {
  const { cells, agreement, advice } = record;
  progress?.end({ ...cells, seconds, agreement, advice: advice.map(({ words }) => words), files });
  if (cells.failed > 0) process.exitCode = EXIT.incomplete.code;
  if (!flags.json && !flags.quiet) new Output(process.stdout).write(resultText(record, flags.out, files, seconds));
}

function folderName(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a folder.');
  return text;
}

function words(text: string): never[] {
  return text.split(',') as never[];
}

function countOrAll(text: string): number | 'all' {
  return text === 'all' ? 'all' : number(text);
}

/** One number is a count, several are a list. */
function countOrList(text: string): number | number[] {
  const list = numbers(text);
  return list.length === 1 ? (list[0] as number) : list;
}
