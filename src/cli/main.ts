#!/usr/bin/env node
import { Command } from 'commander';
import { EigenviewError } from '../errors.js';
import { doctorCommand } from './doctor.js';
import { studyCommand } from './study.js';
import { version } from './version.js';

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
const program = new Command('eigenview')
  .description('Exact self-supervised-learning theory: closed forms, alignment thresholds and large-n studies.')
  .version(version)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

for (const command of [studyCommand(), doctorCommand()]) program.addCommand(command.copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  if (process.exitCode !== 130) {
    process.exitCode = 1;
    console.error(error instanceof EigenviewError ? `eigenview: ${error.message}` : error);
  }
}
