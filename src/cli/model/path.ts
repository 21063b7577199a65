import type { Command } from 'commander';
import { modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { print, printJson } from '../output/output.js';
import { writeStdout } from '../output/stdout.js';

interface PathFlags extends ModelsFlags {
  json?: true | undefined;
}

export function defineModelPath(command: Command): void {
  command
    .argument('<name>', 'a name or a reference that zosia model list tells')
    .addOption(modelsDirOption())
    .option('--json', 'print them with what each is, as JSON')
    .addHelpText(
      'after',
      `
A line for each file: all parts of the model in order, then its projector or tokenizer.

Other programs take the first part of a split model for all of it.

Examples:
  zosia model path mine
  llama-server -m "$(zosia model path mine | head -n 1)"`,
    )
    .action(async (name: string, flags: PathFlags) => {
      const { requireNamed } = await import('../../models/require-named.js');
      const { located } = await requireNamed(namedModels(flags), name);
      if (flags.json) {
        printJson(located.files.map(({ role, fileName, path }) => ({ role, fileName, path })));
      } else {
        const paths = located.files.map(({ path }) => path);
        // Another program needs the very path; what a terminal shows of it is for people.
        if (process.stdout.isTTY) print(paths.join('\n'));
        else await writeStdout(`${paths.join('\n')}\n`);
      }
    });
}
