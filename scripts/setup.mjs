/**
 * Makes a fresh clone ready: system libraries, npm packages, the native module, dist/. Does nothing where nothing changed.
 *
 *     node scripts/setup.mjs [--force] [--verbose]
 */
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const needed = Number.parseInt(manifest.engines.node.replace(/^\D+/, ''), 10);

if (Number.parseInt(process.versions.node, 10) < needed) {
  console.error(
    `setup failed: this is Node ${process.versions.node} (${process.execPath}), and Node ${needed} or newer is needed.\n` +
      'Install one from https://nodejs.org or with your version manager (`nvm install --lts`), then run this again.',
  );
  process.exitCode = 1;
} else {
  // Imported only now: an older Node could not even parse it.
  const { setup } = await import('./setup/setup.mjs');
  process.exitCode = await setup(process.argv.slice(2));
}
