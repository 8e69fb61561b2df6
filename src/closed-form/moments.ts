import { describe, EigenviewError } from '../errors.js';
import { ViewMoments } from '../moments/view-moments.js';

export function checkMoments(value: unknown): asserts value is ViewMoments {
  if (value instanceof ViewMoments) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'Closed forms are computed from moments.', {
    argument: 'moments',
    expected: 'ViewMoments, as viewMoments returns',
    received: describe(value),
    fix: 'await viewMoments(source, views) first.',
  });
}
