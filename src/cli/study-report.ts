import { Command } from 'commander';
import { writeReport } from '../report/write-report.js';
import { readStudy } from '../study/record.js';
import { Output } from './output.js';

export function reportCommand(): Command {
  return new Command('report')
    .description('Draws the figures and the report of a finished study anew.')
    .argument('<folder>', 'where the study is')
    .action(async (folder: string) => {
      const { record, cells } = await readStudy(folder);
      for (const file of await writeReport(folder, record, cells)) new Output(process.stdout).write(`${file}\n`);
    });
}
