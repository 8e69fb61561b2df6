/** A process may end at any time, whatever its native jobs are doing. */
import { expect, test } from 'vitest';
import { runProgram } from '../support/program.js';

/** One run for each delay in milliseconds, two at a time; a pass over the program's work takes about 100. */
async function endings(how: string, delays: number[]) {
  const results: Awaited<ReturnType<typeof runProgram>>[] = [];
  for (let i = 0; i < delays.length; i += 2) {
    results.push(...(await Promise.all(delays.slice(i, i + 2).map((delay) => runProgram('leave', [how, delay])))));
  }
  return results;
}

test.each([
  ['exit', 7, '', [0, 1, 4, 9, 15, 30, 60, 120]],
  ['throw', 1, 'the end', [0, 5, 20, 70]],
  ['reject', 1, 'the end', [0, 7, 25, 80]],
] as const)('by %s, with the exit code it asked for', async (how, expected, words, delays) => {
  for (const { code, signal, stderr } of await endings(how, [...delays])) {
    expect({ code, signal }, stderr).toEqual({ code: expected, signal: null });
    expect(stderr).toContain(words);
  }
});

test('by itself, once its work is done', async () => {
  for (const { code, signal, stdout, stderr } of await endings('naturally', [0, 0, 0, 0])) {
    expect({ code, signal, stdout, stderr }).toEqual({ code: 0, signal: null, stdout: 'finished\n', stderr: '' });
  }
});
