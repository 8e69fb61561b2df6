import { describe, expect, it } from 'vitest';
import { dynamicsExitCode } from '../../src/cli/dynamics-exit.js';
import { EigenviewError, type ErrorCode } from '../../src/errors.js';

const exit = (code: ErrorCode, argument: string, data?: string) =>
  dynamicsExitCode(new EigenviewError(code, 'No.', { argument }), data === undefined ? {} : { data });

describe('dynamicsExitCode', () => {
  it.each<[ErrorCode, string]>([
    ['SHAPE_MISMATCH', 'kappa'],
    ['NOT_SYMMETRIC', 'pair'],
    ['EMPTY', 'degree'],
    ['TOO_LARGE', 'degree'],
    ['FILE_FORMAT', 'pair'],
    ['BACKEND_UNAVAILABLE', 'backend'],
    ['OUT_OF_RANGE', '--k'],
    ['FILE_EXISTS', 'out'],
  ])('is 2 for %s, which another command line or table mends', (code, argument) => {
    expect(exit(code, argument)).toBe(2);
  });

  it('is 1 for files that are missing, broken data and what cannot be drawn', () => {
    expect(exit('FILE_NOT_FOUND', 'pair')).toBe(1);
    expect(exit('NOT_FINITE', 'data', 'images.npy')).toBe(1);
    expect(exit('FILE_FORMAT', 'data', 'images.npy')).toBe(1);
    expect(exit('BACKEND_UNAVAILABLE', 'png')).toBe(1);
    expect(exit('OUT_OF_MEMORY', '')).toBe(1);
  });
});
