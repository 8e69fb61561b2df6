import { expect, it } from 'vitest';
import { checkNamed } from '../../src/losses/named.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { failure } from '../support/failure.js';

it('takes an object of known names', async () => {
  const given = { one: 1 };
  expect(checkNamed('f', given, ['one', 'other'])).toBe(given);
  for (const wrong of [undefined, null, [], 3, Matrix.identity(1)]) {
    const error = await failure(() => checkNamed('f', wrong, ['one', 'other']));
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'batches',
      expected: 'an object { one, other }',
    });
  }
  const unknown = await failure(() => checkNamed('f', { third: 1 }, ['one']));
  expect(unknown).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'third' });
});
