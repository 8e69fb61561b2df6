import { Command, InvalidArgumentError, Option } from 'commander';
import { BACKENDS } from '../backends/select.js';
import type { PixelGrid } from '../data/images.js';
import { EigenviewError } from '../errors.js';
import { inFlags } from '../report/dynamics-flags.js';
import { DEFAULT_PAIR, DEFAULTS, type DynamicsFlags, FLOWS, resolveDynamicsConfig } from './dynamics-config.js';
import { dynamicsExitCode, EXIT_CODES } from './dynamics-exit.js';
import { DynamicsProgress } from './dynamics-progress.js';
import { EXIT, exitCodesText } from './exit-codes.js';
import { number, numbers } from './numbers.js';
import { Output } from './output.js';
import { progressMode } from './progress.js';

interface Flags extends DynamicsFlags {
  out: string;
  json?: boolean;
  quiet?: boolean;
}

/** What dynamics-pair.ts reads; here, as its imports would slow down every other command. */
const PAIRS = `Pairs of views (--pair):
  gaussian:rho=0.9,degree=8    two normals of correlation rho; Hermite polynomials up to a degree
  torus:degree=4,gaussian=0.5  a periodic signal shifted by N(0, 0.5²) radians; uniform=halfWidth, dimensions=2
  discrete:table.csv           a joint table p(x, y), of probabilities or counts (.csv, .npy)
  latent:table.csv             two views independent given a latent: a table p(z, x), a row a latent`;

export function dynamicsCommand(): Command {
  const command = new Command('dynamics').description(
    'The training dynamics in function space: which canonical modes SimSiam, PEIRA and their linear kin keep from random starts, beside what theory predicts.',
  );
  addViews(command);
  addFlow(command);
  addStarts(command);
  return command.addHelpText('after', `\n${PAIRS}\n\n${exitCodesText(EXIT_CODES)}`).action(runDynamics);
}

function addViews(command: Command): void {
  command
    .optionsGroup('The views:')
    .option('--pair <spec>', `a distribution of two views, see below (default: ${DEFAULT_PAIR})`)
    .option('--data <path>', 'or images: MNIST-format folder, CIFAR-10 binary, .npy, .npz, .csv, .parquet')
    .option(
      '--augment <views>',
      'how views of an image are made, as in `eigenview views`: simclr, horizontalFlip, fog:3, …',
    )
    .option('--images <count>', `how many images (default: ${DEFAULTS.images})`, number)
    .option(
      '--samples <count>',
      `views drawn of each (default: none where the moments are exact, else ${DEFAULTS.samples})`,
      number,
    )
    .option('--components <count>', `principal components of the views kept (default: ${DEFAULTS.components})`, number)
    .option('--shape <WxHxC>', 'of an image (default: what the file says, or a guess)', shape)
    .option('--white <value>', 'of a saturated pixel (default: 255, or 1 when nothing is above 1)', number)
    .option('--labels <where>', 'a column of the data that is no pixel')
    .option('--centered', 'without the constant function, or the mean');
}

function addFlow(command: Command): void {
  command
    .optionsGroup('The flow:')
    .addOption(new Option('--flow <name>', `what is trained (default: ${DEFAULTS.flow})`).choices(FLOWS))
    .option('--k <count>', `functions learned (default: ${DEFAULTS.k})`, number)
    .option('--lambda <value>', `the ridge λ on predictor and encoder (default: ${DEFAULTS.lambda})`, number)
    .addOption(new Option('--encoders <kind>', 'of peira (default: two)').choices(['two', 'shared']))
    .addOption(new Option('--predictor <kind>', 'of linear-simsiam (default: learned)').choices(['learned', 'optimal']))
    .option('--target-rate <rate>', 'of linear-simsiam: the target is a moving average of the encoder', number)
    .option('--depth <layers>', `of deep-linear (default: ${DEFAULTS.depth})`, number)
    .addOption(
      new Option('--objective <name>', `of deep-linear (default: ${DEFAULTS.objective})`).choices([
        'latent-prediction',
        'reconstruction',
      ]),
    )
    .option('--rho <list>', `of deep-linear: E[xy]/E[x²] of each feature (default: ${DEFAULTS.rho})`, numbers)
    .option('--kappa <list>', `of deep-linear: E[xy] of each feature (default: ${DEFAULTS.kappa})`, numbers);
}

function addStarts(command: Command): void {
  command
    .optionsGroup('The starts:')
    .option('--starts <count>', `random starts (default: ${DEFAULTS.starts})`, number)
    .option('--seed <seed>', `start i is sample i − 1 of it (default: ${DEFAULTS.seed})`, number)
    .option(
      '--scale <value>',
      'standard deviation of a start (default: a tenth of the natural amplitude of the flow)',
      number,
    )
    .option('--t-max <time>', 'time to end at (default: when at rest)', number)
    .option('--rtol <value>', 'relative error of a step (default: 1e-8)', number)
    .option('--atol <value>', 'absolute error, in natural amplitudes (default: 1e-10)', number)
    .option('--max-steps <count>', 'of one start (default: 100000)', number)
    .optionsGroup('How:')
    .option('--out <folder>', 'where report, figure and tables go', folderName, 'eigenview-dynamics')
    .addOption(
      new Option('--json', 'events for machines on standard output, one JSON object a line').conflicts('quiet'),
    )
    .option('--quiet', 'print nothing but errors')
    .addOption(
      new Option('--backend <name>', 'where to compute (default: EIGENVIEW_BACKEND or auto)').choices(BACKENDS),
    );
}

async function runDynamics({ out, json, quiet, ...asked }: Flags): Promise<void> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const mode = progressMode({ ...(json && { json }), ...(quiet && { quiet }) });
  const progress = new DynamicsProgress({ mode });
  try {
    const config = resolveDynamicsConfig(asked);
    // Here, so that other commands start without what integrates and draws.
    const { recordDynamics } = await import('./dynamics-record.js');
    const { dynamicsText } = await import('./dynamics-result.js');
    const { summary, seconds, files } = await recordDynamics(out, config, {
      signal: abort.signal,
      onStage: (words) => progress.stage(words),
      onBegin: (facts) => progress.begin(facts),
      onStart: (outcome) => progress.start(outcome),
    });
    const { outcomes, agreement, findings } = summary;
    progress.end({ seconds, outcomes, agreement, findings, files });
    if (!json && !quiet) new Output(process.stdout).write(dynamicsText(summary, files[0] ?? out, seconds));
  } catch (error) {
    if (progress.begun) progress.end({ error: error instanceof Error ? error.message : String(error) });
    fail(error, abort.signal, asked);
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
}

/** @throws what is no failure that the command knows */
function fail(error: unknown, signal: AbortSignal, asked: DynamicsFlags): void {
  if (signal.aborted && error === signal.reason) {
    process.exitCode = EXIT.interrupted.code;
    process.stderr.write('Interrupted. Nothing was written.\n');
    return;
  }
  if (!(error instanceof EigenviewError)) throw error;
  process.exitCode = dynamicsExitCode(error, asked);
  process.stderr.write(`eigenview: ${inFlags(error.message)}\n`);
}

function folderName(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a folder.');
  return text;
}

function shape(text: string): PixelGrid {
  const match = /^(\d+)[x×](\d+)(?:[x×]([13]))?$/i.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected a width, height and 1 or 3 channels, such as 32x32x3.');
  const [, width, height, channels = 1] = match;
  return { width: Number(width), height: Number(height), channels: Number(channels) };
}
