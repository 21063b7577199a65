import { basename } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { printJson, say } from '../output/output.js';
import { ZosiaError } from '../../errors.js';

interface Flags {
  html?: string | undefined;
  json?: true | undefined;
}

export function definePerfReport(command: Command, { signal }: CliContext): void {
  command
    .argument('<results...>', 'files that zosia perf run --results wrote, or the old scripts')
    .option('--html <file>', 'also write a page, which needs neither a network nor scripts')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
For each setting: how many runs gave a result (n) and how many did not, the median of tokens per second,
quartiles from four runs on, the range, the median speed of reading the prompt, and of loading.

Example:
  zosia perf report perf.csv --html perf.html`,
    )
    .action(async (paths: string[], flags: Flags) => {
      const [{ parseResults }, { readTextFile }, { groupResults }, { printSummary }] =
        await Promise.all([
          import('../../perf/results.js'),
          import('../../host/text-file.js'),
          import('../../perf/report/groups.js'),
          import('./bench.js'),
        ]);
      const files = await Promise.all(
        paths.map(async (path) => parseResults(await readTextFile(path), path)),
      );
      const records = files.flat();
      if (records.length === 0) {
        throw new ZosiaError('ZOSIA_PERF_NO_RESULTS', `there are no runs in ${paths.join(', ')}`, {
          hint: 'Add some with zosia perf run --results.',
        });
      }
      if (flags.html !== undefined) {
        const [{ reportPage }, { writeOutput }] = await Promise.all([
          import('../../perf/report/html.js'),
          import('../../host/output-file.js'),
        ]);
        const names = paths.map((path) => basename(path));
        await writeOutput(flags.html, reportPage(records, names), { signal });
        say(`wrote ${flags.html}`);
      }
      if (flags.json) {
        printJson(
          groupResults(records).map(({ title, groups }) => ({
            title,
            settings: groups.map(({ records: { length: runCount }, ...group }) => ({
              runCount,
              ...group,
            })),
          })),
        );
      } else await printSummary(records);
    });
}
