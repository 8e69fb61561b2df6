import { Command } from 'commander';
import { writeAtomically } from '../store/atomic.js';
import { Output } from './output.js';

export function compareCommand(): Command {
  return new Command('compare')
    .description('Puts two finished studies side by side.')
    .argument('<a>', 'folder of one study')
    .argument('<b>', 'folder of the other')
    .option('--out <file>', 'a page with both', 'compare.html')
    .action(async (a: string, b: string, { out }: { out: string }) => {
      // Here, so that other commands start without what draws.
      const { readStudy } = await import('../study/record.js');
      const { compareHtml } = await import('../report/compare-html.js');
      const { compareText } = await import('../report/compare-text.js');
      const [one, other] = await Promise.all([readStudy(a), readStudy(b)]);
      const output = new Output(process.stdout);
      const page = await compareHtml({ ...one, name: a }, { ...other, name: b });
      await writeAtomically(out, page);
      output.write(compareText({ ...one, name: a }, { ...other, name: b }));
      output.write(`${out}\n`);
    });
}
