import { basename, extname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BACKENDS, type BackendName } from '../backends/select.js';
import type { Images, PixelGrid } from '../data/images.js';
import { EigenviewError } from '../errors.js';
import type { ContactSheetOptions } from '../report/contact-sheet.js';
import { writeAtomically } from '../store/atomic.js';
import { CORRUPTIONS } from '../views/image/corruptions.js';
import { METHODS } from '../views/preset.js';
import { AUGMENTATIONS, augmentParts, readViews } from '../views/read-views.js';
import { EXIT, exitCodesText } from './exit-codes.js';
import { number } from './numbers.js';
import { Output } from './output.js';

interface ViewsFlags {
  data: string;
  augment: string;
  out: string;
  labels?: string;
  shape?: PixelGrid;
  white?: number;
  images: number;
  first: number;
  views: number;
  meanViews: number;
  seed: number;
  quiet?: boolean;
  backend?: BackendName;
}

export function viewsCommand(): Command {
  return new Command('views')
    .description('A contact sheet that shows what augmentations do: images, some of their views, and the mean of many.')
    .optionsGroup('What to show:')
    .requiredOption('--data <path>', 'MNIST-format folder, CIFAR-10 binary, .npy, .npz, .csv, .parquet: an image a row')
    .requiredOption(
      '--augment <views>',
      'a preset, an augmentation, a corruption with its severity (fog:3), a YAML or JSON file with a list of transforms, or several joined by + (simclr+fog:3)',
    )
    .option('--shape <WxHxC>', 'of an image, planes one after another (default: what the file says, or a guess)', shape)
    .option('--white <value>', 'of a saturated pixel (default: 255, or 1 when nothing is above 1)', number)
    .option('--labels <where>', 'a column of the data that is no pixel')
    .option('--images <count>', 'how many images', number, 6)
    .option('--first <index>', 'which is the first of them', number, 0)
    .option('--views <count>', 'views shown of each', number, 8)
    .option('--mean-views <count>', 'views that the mean is over', number, 64)
    .option('--seed <seed>', 'of the random numbers', number, 0)
    .optionsGroup('How:')
    .option('--out <file>', 'a picture: .png or .svg', 'preview.png')
    .option('--quiet', 'print nothing but errors')
    .addOption(
      new Option('--backend <name>', 'where to compute (default: EIGENVIEW_BACKEND or auto)').choices(BACKENDS),
    )
    .addHelpText(
      'after',
      `\nPresets: ${METHODS.join(', ')}.\nAugmentations: ${AUGMENTATIONS.join(', ')}.\nCorruptions: ${CORRUPTIONS.join(', ')}.\n\n${exitCodesText([EXIT.done, EXIT.failed, EXIT.usage])}`,
    )
    .action(drawViews);
}

async function drawViews(flags: ViewsFlags): Promise<void> {
  const { data, augment, out, images: count, first, labels, white, quiet } = flags;
  checkPicture(out);
  // Here, so that other commands start without what draws.
  const { readImages } = await import('../data/images.js');
  const { contactSheet } = await import('../report/contact-sheet.js');
  const { fittingScale, renderPng } = await import('../report/png.js');
  const images = await readImages(data, { count, first, labels, white, shape: flags.shape });
  const views = await readViews(augment, images.shape);
  const svg = await contactSheet(images.pixels, views, {
    ...sheetOptions(flags),
    shape: images.shape,
    title: `${augmentName(augment)} on ${basename(resolve(data))}`,
    notes: guesses(images),
  });
  await writeAtomically(out, isSvg(out) ? svg : await renderPng(svg, { scale: fittingScale(svg) }));
  if (!quiet) new Output(process.stdout).write(`${out}\n`);
}

function sheetOptions({ views, meanViews, seed, first, backend }: ViewsFlags): Omit<ContactSheetOptions, 'shape'> {
  return { views, meanViews, seed, firstSample: first, ...(backend && { backend }) };
}

/** Such as `simclr + fog 3`; of a file, its name. */
function augmentName(augment: string): string {
  return augmentParts(augment)
    .map((part) => basename(part).replace(':', ' '))
    .join(' + ');
}

function guesses({ guessed, pixels }: Images): string[] {
  return [
    ...(guessed.shape ? [`shape guessed from ${pixels.cols} columns`] : []),
    ...(guessed.white ? ['white guessed from the first rows'] : []),
  ];
}

function checkPicture(out: string): void {
  if (isSvg(out) || extname(out).toLowerCase() === '.png') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'A contact sheet is a PNG or SVG picture.', {
    argument: 'out',
    expected: 'a file named .png or .svg',
    received: JSON.stringify(out),
  });
}

function isSvg(out: string): boolean {
  return extname(out).toLowerCase() === '.svg';
}

function shape(text: string): PixelGrid {
  const match = /^(\d+)[x×](\d+)(?:[x×]([13]))?$/i.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected a width, height and 1 or 3 channels, such as 32x32x3.');
  const [, width, height, channels = 1] = match;
  return { width: Number(width), height: Number(height), channels: Number(channels) };
}
