#!/usr/bin/env node
import { Command } from 'commander';
import { EigenviewError } from '../errors.js';
import { exitCodeOf } from './exit-codes.js';
import { version } from './version.js';

/** What a command needs is loaded for it alone: the modules of all of them take a tenth of a second. */
const COMMANDS: ReadonlyMap<string | undefined, () => Promise<Command>> = new Map([
  ['study', async () => (await import('./study.js')).studyCommand()],
  ['views', async () => (await import('./views.js')).viewsCommand()],
  ['dynamics', async () => (await import('./dynamics.js')).dynamicsCommand()],
  ['doctor', async () => (await import('./doctor.js')).doctorCommand()],
]);

const program = new Command('eigenview')
  .description('Exact self-supervised-learning theory: closed forms, alignment thresholds, large-n studies, dynamics.')
  .version(version)
  .showHelpAfterError('(--help says more)')
  // Options behind a command are its own: --out of `study compare` is not that of `study`.
  .enablePositionalOptions()
  .exitOverride((error) => process.exit(exitCodeOf(error)));

const asked = COMMANDS.get(process.argv[2]);
for (const load of asked === undefined ? COMMANDS.values() : [asked]) program.addCommand(inheriting(await load()));

/** A command knows how to fail only if each of its parents tells it. */
function inheriting(command: Command): Command {
  command.copyInheritedSettings(program);
  for (const child of command.commands) child.copyInheritedSettings(command);
  return command;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  console.error(error instanceof EigenviewError ? `eigenview: ${error.message}` : error);
}
