#!/usr/bin/env node
import { Command } from 'commander';
import { EigenviewError } from '../errors.js';
import { doctorCommand } from './doctor.js';
import { dynamicsCommand } from './dynamics.js';
import { exitCodeOf } from './exit-codes.js';
import { studyCommand } from './study.js';
import { version } from './version.js';
import { viewsCommand } from './views.js';

const program = new Command('eigenview')
  .description('Exact self-supervised-learning theory: closed forms, alignment thresholds, large-n studies, dynamics.')
  .version(version)
  .showHelpAfterError('(--help says more)')
  // Options behind a command are its own: --out of `study compare` is not that of `study`.
  .enablePositionalOptions()
  .exitOverride((error) => process.exit(exitCodeOf(error)));

for (const command of [studyCommand(), viewsCommand(), dynamicsCommand(), doctorCommand()])
  program.addCommand(inheriting(command));

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
