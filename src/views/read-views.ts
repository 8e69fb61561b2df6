import { existsSync } from 'node:fs';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { DOCUMENT_ENDINGS, isDocumentName, readDocument } from '../store/document.js';
import { alignedWith } from './aligned.js';
import { composeViews } from './compose.js';
import { type CorruptionSource, corruptionViews } from './corruption.js';
import { type Augmentation, augmentationDefinitions } from './image/augmentations.js';
import { checkShape } from './image/check-shape.js';
import { CORRUPTIONS, type CorruptionName } from './image/corruptions.js';
import type { ImageShape } from './image/transform.js';
import { type ImageTransform, imageViews } from './image.js';
import { METHODS, type MethodName, presetViews } from './preset.js';
import type { ViewProcess } from './view-process.js';

/** What has no severity. */
const NAMES: readonly string[] = [...METHODS, ...Object.keys(augmentationDefinitions)];

/** Those that do something without parameters. */
export const AUGMENTATIONS = Object.keys(augmentationDefinitions).filter((name) => name !== 'colorJitter');

/**
 * Views of images as a command line says them:
 *
 * | part | meaning |
 * |---|---|
 * | `simclr` | a preset, as {@link presetViews} |
 * | `horizontalFlip` | an augmentation with its default parameters |
 * | `fog:3` | a common corruption and its severity |
 * | `mine.yaml`, `mine.json` | a file with a list of transforms, as {@link imageViews} takes; with a + in its path only alone |
 * | `simclr+fog:3` | several, one after another; a corruption is appended as by {@link alignedWith} |
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `OUT_OF_RANGE`; `FILE_NOT_FOUND`, `FILE_IO`, `FILE_FORMAT`; as {@link imageViews},
 * naming the file
 * @example
 * ```ts
 * const views = await readViews('simclr+fog:3', { width: 32, height: 32, channels: 3 });
 * ```
 */
export async function readViews(augment: string, shape: ImageShape): Promise<ViewProcess> {
  if (typeof augment !== 'string') throw unknown(augment);
  checkShape(shape);
  let process: ViewProcess | undefined;
  for (const part of augmentParts(augment)) process = await append(process, part, shape);
  return process as ViewProcess;
}

/** What is joined by +. A file whose path has a + is one part if it stands alone; joined to others it is taken apart. */
export function augmentParts(augment: string): string[] {
  if (isDocumentName(augment) && existsSync(augment)) return [augment];
  return augment.split('+').map((part) => part.trim());
}

async function append(process: ViewProcess | undefined, part: string, shape: ImageShape): Promise<ViewProcess> {
  const [, name = '', severity] = /^(\w+)(?::(.*))?$/.exec(part) ?? [];
  if (CORRUPTIONS.includes(name as CorruptionName)) {
    const corruption: CorruptionSource = { ...shape, transform: name as CorruptionName };
    const strength = severityOf(name, severity);
    return process ? alignedWith(process, corruption, strength) : corruptionViews(corruption, 'augment', strength);
  }
  if (NAMES.includes(name)) checkBare(name, severity);
  const next = isDocumentName(part) ? await readTransforms(part, shape) : named(part, shape);
  return process ? composeViews([process, next]) : next;
}

function severityOf(name: string, text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) {
    throw new EigenviewError('INVALID_ARGUMENT', `${name} needs a severity.`, {
      argument: 'augment',
      expected: `${name}:1 … ${name}:5`,
      received: describe(text === undefined ? name : `${name}:${text}`),
    });
  }
  checkInteger(`augment (${name}).severity`, Number(text), { min: 1, max: 5 });
  return Number(text);
}

function named(name: string, shape: ImageShape): ViewProcess {
  if (AUGMENTATIONS.includes(name)) return imageViews(shape, [{ transform: name } as Augmentation]);
  if (!METHODS.includes(name as MethodName)) throw unknown(name);
  return presetViews(name as MethodName, shape);
}

/** A name that is known is enough where it needs no parameters, and takes no severity. */
function checkBare(name: string, severity: string | undefined): void {
  const received = describe(severity === undefined ? name : `${name}:${severity}`);
  const preset = METHODS.includes(name as MethodName);
  if (!preset && !AUGMENTATIONS.includes(name)) {
    throw new EigenviewError('INVALID_ARGUMENT', `${name} does nothing without parameters.`, {
      argument: 'augment',
      expected: `a file (${DOCUMENT_ENDINGS.join(', ')}) that gives them, such as [{transform: ${name}, brightness: 0.4}]`,
      received,
    });
  }
  if (severity === undefined) return;
  throw new EigenviewError('INVALID_ARGUMENT', `${preset ? 'A preset' : 'An augmentation'} has no severity.`, {
    argument: 'augment',
    expected: JSON.stringify(name),
    received,
    fix: 'Only common corruptions have severities, such as fog:3.',
  });
}

async function readTransforms(path: string, shape: ImageShape): Promise<ViewProcess> {
  const transforms = await readDocument('augment', path);
  if (!Array.isArray(transforms) || transforms.length === 0) {
    throw new EigenviewError('INVALID_ARGUMENT', 'There is no list of transforms in this file.', {
      argument: 'augment',
      file: path,
      expected: 'a non-empty list of { transform, … }',
      received: describe(transforms),
    });
  }
  try {
    return imageViews(shape, transforms as ImageTransform[]);
  } catch (error) {
    if (!(error instanceof EigenviewError)) throw error;
    const { code, argument = 'augment', message } = error;
    throw new EigenviewError(code, message, { argument, file: path, cause: error });
  }
}

function unknown(value: unknown): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'These are no views of images.', {
    argument: 'augment',
    expected: `a preset (${METHODS.join(', ')}); an augmentation (${AUGMENTATIONS.join(', ')}); a corruption with its severity, such as fog:3 (${CORRUPTIONS.join(', ')}); a file (${DOCUMENT_ENDINGS.join(', ')}); or several of these joined by +`,
    received: describe(value),
  });
}
