import { Command } from 'commander';
import { Output } from './output.js';

export function reportCommand(): Command {
  return new Command('report')
    .description('Draws the figures and the report of a finished study anew.')
    .argument('<folder>', 'where the study is')
    .action(async (folder: string) => {
      // Here, so that other commands start without what draws.
      const { readStudy } = await import('../study/record.js');
      const { writeReport } = await import('../report/write-report.js');
      const { record, cells } = await readStudy(folder);
      for (const file of await writeReport(folder, record, cells)) new Output(process.stdout).write(`${file}\n`);
    });
}
