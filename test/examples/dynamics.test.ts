import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/program.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
/** From the folder of the tests' own programs. */
const example = (name: string, ...args: string[]) => runProgram(`../../../examples/${name}`, args);

interface Row {
  what: string;
  observed: string;
}

/** The rows of the tables that an example prints, below heads that say where the columns end. */
function rowsOf(stdout: string): Row[] {
  const rows: Row[] = [];
  let ends: { what: number; predicted: number; observed: number } | undefined;
  for (const line of stdout.split('\n')) {
    const head = /^ +predicted +observed +within$/.exec(line);
    if (head !== null) {
      const [predicted, observed] = ['predicted', 'observed'].map((name) => line.indexOf(name) + name.length);
      ends = { what: (predicted as number) - 13, predicted: predicted as number, observed: observed as number };
    } else if (ends !== undefined && line.length >= ends.observed && !line.startsWith('Where')) {
      const { what, predicted, observed } = ends;
      rows.push({ what: line.slice(0, what).trim(), observed: line.slice(predicted, observed).trim() });
    }
  }
  return rows;
}

async function agreeing(name: string): Promise<Row[]> {
  const { code, stdout, stderr } = await example(name);
  expect({ code, stderr, disagrees: stdout.includes('DISAGREE') }).toEqual({ code: 0, stderr: '', disagrees: false });
  return rowsOf(stdout);
}

const observed = (rows: Row[], pattern: RegExp) =>
  rows.filter(({ what }) => pattern.test(what)).map((row) => row.observed);
const numbers = (rows: Row[], pattern: RegExp) => observed(rows, pattern).map(Number);

describe('examples of the dynamics', () => {
  it('SimSiam ends at ½ (s + √(s² − 4λ)), at fewer modes from smaller starts', async () => {
    const rows = await agreeing('dynamics-simsiam');
    const root = (s: number) => (s + Math.sqrt(s * s - 0.4)) / 2;
    expect(numbers(rows, /^amplitude of/)).toBeCloseToArray([root(1), root(0.9), root(0.81)], 1e-6);
    const shares = rows.flatMap(({ what }) => {
      const found = /^entries.*: +([\d.]+) % full, +([\d.]+) % partial, +([\d.]+) % collapsed/.exec(what);
      return found === null ? [] : [found.slice(1).map(Number)];
    });
    expect(shares).toHaveLength(6);
    expect([shares[0], shares[5]]).toEqual([
      [0, 0, 100],
      [100, 0, 0],
    ]);
  });

  it('stability: of 1 + 2·3 + 4·3 equilibria, the stable ones have the extreme modes', async () => {
    const rows = await agreeing('dynamics-stability');
    expect(rows.filter(({ observed }) => /^(un)?stable, \d$/.test(observed))).toHaveLength(38);
    const stable = rows.filter(({ observed }) => observed.startsWith('stable')).map(({ what }) => what);
    expect(stable).toEqual(['u1 u2', 'u1', 'none', 'u1 u3', 'u2 u3', 'u3', 'u1', 'none']);
  });

  it('PEIRA reaches −½ Σ (√s − λ)² and keeps s > λ², SimSiam s ≥ 2√λ', async () => {
    const rows = await agreeing('dynamics-peira');
    const least = -((1 - 0.3) ** 2 + (Math.sqrt(0.7) - 0.3) ** 2 + (0.7 - 0.3) ** 2) / 2;
    expect(numbers(rows, /least|largest/)).toBeCloseToArray([least, least, least, least], 1e-6);
    expect(numbers(rows, /λ = 0.04/)).toBeCloseToArray([0.4, 0.0016], 1e-3);
  });

  it('Tian: the upper fixed point, no gradient flow, a collapse that cannot be avoided', async () => {
    const rows = await agreeing('dynamics-tian');
    const upper = (1.2 + Math.sqrt(1.44 - 0.6)) / 3;
    expect(numbers(rows, /^predictor at the end/)).toBeCloseToArray([upper], 1e-6);
    expect(observed(rows, /^p.$|^collapse$/)).toEqual(['stable', 'unstable', 'stable']);
    expect(observed(rows, /gradient flow/)).toEqual(['false']);
  });

  it('Tang: what is conserved without a penalty is not with one', async () => {
    const rows = await agreeing('dynamics-tang');
    expect(observed(rows, /^λ = 0\.05/)).toEqual(['false', 'false']);
    expect(numbers(rows, /^λ = 0:/).every((value) => value < 1e-6)).toBe(true);
    expect(rows).toHaveLength(5);
  });

  it('Littwin: the deeper, the more latent prediction prefers the influential feature', async () => {
    const rows = await agreeing('dynamics-littwin');
    expect(numbers(rows, /latent-prediction: their ratio/)).toBeCloseToArray([3, 9, 81], 1e-5);
    expect(numbers(rows, /reconstruction: their ratio/)).toBeCloseToArray([3 ** 0.5, 3 ** (2 / 3), 3 ** 0.8], 1e-5);
  });

  it('canonical functions: Mehler, Fourier, and errors that fall as n^{-1/2}', async () => {
    const rows = await agreeing('dynamics-canonical');
    expect(numbers(rows, /^normals, s/)).toBeCloseToArray([0.7, 0.49, 0.343, 0.2401], 1e-6);
    const [first, second] = [Math.exp(-0.18), Math.exp(-0.72)];
    expect(numbers(rows, /^angle, s/)).toBeCloseToArray([first, first, second, second], 1e-6);
    expect(numbers(rows, /^samples/)).toBeCloseToArray([-0.5], 0.1);
  });

  it('say so where theory and observation disagree', () => {
    const table = JSON.stringify(new URL('../../examples/dynamics-table.mjs', import.meta.url));
    const program = `import { compare } from ${table};
      compare([['far', 1, 1.1, 0.01], ['not a number', 1, NaN, 0.01], ['other', 'a', 'b'], ['near', 1, 1.001, 0.01]]);`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    const disagreeing = stdout.split('\n').filter((line) => line.endsWith(' DISAGREE'));
    expect(status).toBe(1);
    expect(disagreeing.map((line) => line.slice(0, 13).trim())).toEqual(['far', 'not a number', 'other']);
  });
});

describe('canonical functions of images', () => {
  /** A file in MNIST's form: the unsigned bytes of an array of these extents. */
  const idx = (name: string, extents: number[], body: Uint8Array) => {
    const header = Buffer.alloc(4 + 4 * extents.length);
    header.writeUInt32BE(0x800 + extents.length);
    extents.forEach((extent, i) => {
      header.writeUInt32BE(extent, 4 + 4 * i);
    });
    folder.write(name, Buffer.concat([header, body]));
  };
  /** Of ten classes, each a bright bar at its own height, over a background that differs from image to image. */
  const write = (prefix: string, count: number, first: number) => {
    const body = Uint8Array.from({ length: count * 784 }, (_, at) => {
      const [image, row] = [first + Math.floor(at / 784), Math.floor((at % 784) / 28)];
      const bar = Math.floor(row / 2) === 2 + (image % 10) ? 180 : 0;
      return bar + ((((image * 7919 + (at % 784)) * 104_729) >>> 5) % 61);
    });
    idx(`${prefix}-images-idx3-ubyte`, [count, 28, 28], body);
    idx(
      `${prefix}-labels-idx1-ubyte`,
      [count],
      Uint8Array.from({ length: count }, (_, i) => (first + i) % 10),
    );
  };

  it('compares PCA and three kinds of views, in tables, words and a figure', async () => {
    write('train', 160, 0);
    write('t10k', 60, 1000);
    const figure = folder.at('figure.svg');
    const { code, stdout, stderr } = await example('canonical-functions-mnist', folder.path, figure, '160', '80');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const table = stdout
      .split('\n')
      .filter((line) => /^(RF )?(PCA|masking|shifts|noise) +\d/.test(line))
      .map((line) => line.slice(12).trim().split(/ +/));
    expect(table).toHaveLength(16);
    // Ten bars are told apart by the nine leading components; noise of four times the variance hides them.
    const accuracy = (row: number, k: number) => Number(table[row]?.[k / 5 - 1]);
    expect(accuracy(0, 10)).toBe(100);
    expect(accuracy(8, 10)).toBeLessThan(60);
    expect(accuracy(11, 10)).toBeGreaterThan(90);
    expect([...stdout.matchAll(/^k = (\d+): best/gm)].map(([, k]) => k)).toEqual(['10', '30', '50', '10', '30', '50']);
    expect(readFileSync(figure, 'utf8')).toMatch(/^<svg [\s\S]*>Clean images<[\s\S]*<\/svg>\n$/);
  });
});
