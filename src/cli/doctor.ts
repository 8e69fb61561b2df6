import { Command } from 'commander';
import { diagnose, type Finding } from '../runtime/diagnose.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Says what this machine offers eigenview, what is wrong, and what to do about it.')
    .option('--json', 'for machines')
    .action(({ json }: { json?: boolean }) => {
      const findings = diagnose();
      if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else process.stdout.write(`${findings.map(line).join('\n')}\n`);
      if (findings.some(({ state }) => state === 'broken')) process.exitCode = 1;
    });
}

const MARKS = { good: '✓', note: '·', warning: '!', broken: '✗' } as const;

function line({ state, subject, fact, fix }: Finding): string {
  const advice = fix === undefined ? '' : `\n    ${fix}`;
  return `${MARKS[state]} ${subject.padEnd(16)} ${fact}${advice}`;
}
