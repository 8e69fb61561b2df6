import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  code: number | null;
  output: string;
}

/** A tiny clone with the real setup scripts and stand-ins for everything they call, which note their calls. */
export class Clone {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'eigenview setup '));
  readonly #children = new Set<ChildProcess>();

  /** @param from a clone to start from, which its stamps must not notice: hence cp, to keep times to the nanosecond */
  constructor(from?: Clone) {
    if (from === undefined) this.#fill();
    else execFileSync('cp', ['-a', `${from.folder}/.`, this.folder]);
  }

  #fill(): void {
    cpSync(path.join(root, 'scripts/setup.mjs'), this.path('scripts/setup.mjs'));
    cpSync(path.join(root, 'scripts/setup'), this.path('scripts/setup'), { recursive: true });
    this.write('package.json', '{ "engines": { "node": ">=20" } }');
    this.write('package-lock.json', lockfile('1.0.0'));
    this.write('tsconfig.json', '{}');
    this.write('binding.gyp', '{}');
    this.write('native/core/kernel.cpp', 'int kernel;');
    this.write('native/binding/addon.cpp', 'int addon;');
    this.write('src/index.ts', 'export {};');
    this.write('src/linalg/svd.ts', 'export {};');
    this.write('src/cli/main.ts', 'export {};');
    this.write('rolldown.config.mjs', 'export default {};');
    this.write('tools/npm-cli.js', npmCli);
    this.write('tools/node-gyp.js', nodeGyp);
    this.write('tools/tsc.js', tsc);
    this.write('tools/rolldown.mjs', rolldown);
    for (const tool of ['g++', 'clang++', 'make', 'python3', 'pkg-config']) this.command(tool, 'echo 1.2.3');
    this.command('env', 'exec /usr/bin/env "$@"');
  }

  path(file: string): string {
    return path.join(this.folder, file);
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  has(file: string): boolean {
    return existsSync(this.path(file));
  }

  /** Puts a shell script on the path of setup. */
  command(name: string, body: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\n${body}\n`);
    chmodSync(this.path(`bin/${name}`), 0o755);
  }

  /** The stand-ins called since the last look, in order. */
  calls(): string[] {
    const lines = this.has('calls') ? this.read('calls').trim().split('\n') : [];
    rmSync(this.path('calls'), { force: true });
    return lines;
  }

  /** Starts setup; `fail` and `hold` name stand-ins that fail, or wait until the file `go` exists. */
  start(args: string[] = [], { fail = '', hold = '' } = {}): { child: ChildProcess; outcome: Promise<Outcome> } {
    const child = spawn(process.execPath, ['scripts/setup.mjs', ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: this.path('bin'),
        HOME: this.folder,
        npm_execpath: this.path('tools/npm-cli.js'),
        ADDON: path.join(root, 'build/Release/eigenview.node'),
        FAIL: fail,
        HOLD: hold,
      },
    });
    this.#children.add(child);
    let output = '';
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.stderr?.on('data', (data: Buffer) => {
      output += data.toString();
    });
    const outcome = new Promise<Outcome>((resolve) => child.once('close', (code) => resolve({ code, output })));
    return { child, outcome };
  }

  setup(args?: string[], options?: { fail?: string; hold?: string }): Promise<Outcome> {
    return this.start(args, options).outcome;
  }

  remove(): void {
    this.write('go', '');
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** A lock file with the four packages setup cares for. */
export function lockfile(version: string): string {
  const packages = Object.fromEntries(
    ['node-gyp', 'node-addon-api', 'rolldown', 'typescript'].map((name) => [`node_modules/${name}`, { version }]),
  );
  return JSON.stringify({ packages: { '': {}, 'node_modules/elsewhere': { version, optional: true }, ...packages } });
}

const standIn = (name: string, work: string) => `
const fs = require('node:fs');
fs.appendFileSync('calls', '${name}\\n');
if (process.env.FAIL === '${name}') { console.log('the ${name} stand-in was told to fail'); process.exit(3); }
const rest = () => { ${work} };
if (process.env.HOLD === '${name}') {
  const timer = setInterval(() => { if (fs.existsSync('go')) { clearInterval(timer); rest(); } }, 20);
} else rest();
`;

const npmCli = standIn(
  'npm',
  `
  fs.rmSync('node_modules', { recursive: true, force: true });
  const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
  const installed = Object.entries(packages).filter(([folder, { optional }]) => folder !== '' && !optional);
  for (const [folder] of installed) {
    fs.mkdirSync(folder + '/bin', { recursive: true });
    fs.writeFileSync(folder + '/package.json', '{}');
  }
  fs.copyFileSync('tools/node-gyp.js', 'node_modules/node-gyp/bin/node-gyp.js');
  fs.copyFileSync('tools/tsc.js', 'node_modules/typescript/bin/tsc');
  fs.copyFileSync('tools/rolldown.mjs', 'node_modules/rolldown/bin/cli.mjs');
  fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: Object.fromEntries(installed) }));
`,
);

const nodeGyp = standIn(
  'node-gyp',
  `
  fs.mkdirSync('build/Release', { recursive: true });
  fs.copyFileSync(process.env.ADDON, 'build/Release/eigenview.node');
`,
);

const tsc = standIn(
  'tsc',
  `
  const out = process.argv[process.argv.indexOf('--outDir') + 1];
  for (const file of fs.readdirSync('src', { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const target = out + '/' + file.replace(/ts$/, 'd.ts');
    fs.mkdirSync(require('node:path').dirname(target), { recursive: true });
    fs.copyFileSync('src/' + file, target);
  }
`,
);

const rolldown = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
${standIn(
  'rolldown',
  `
  const out = process.argv[process.argv.indexOf('--dir') + 1];
  for (const folder of ['cli', 'chunks']) fs.mkdirSync(out + '/' + folder, { recursive: true });
  fs.writeFileSync(out + '/chunks/late.js', 'export {};');
  for (const entry of ['index', 'cli/main']) fs.copyFileSync('src/' + entry + '.ts', out + '/' + entry + '.js');
`,
)}`;
