import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { modelsDirOption, modelStore } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { formatBytes, printJson, say } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import type { StoredModel } from '../../models/store/record.js';
import { describedModel } from './show.js';
import { shellWord } from '../../shell-word.js';

interface AddFlags extends ModelsFlags {
  name?: string | undefined;
  mmproj?: string | undefined;
  tokenizer?: string | undefined;
  json?: true | undefined;
}

export function defineModelAdd(command: Command, { signal }: CliContext): void {
  command
    .argument('<file>', 'a GGUF, any part of a split one; with --tokenizer a llama2.c checkpoint')
    .option('--name <name>', "its name; the file's own without its ending unless given")
    .option('--mmproj <file>', 'the multimodal projector that goes with it')
    .option('--tokenizer <file>', "the checkpoint's tokenizer (.bin)")
    .addOption(modelsDirOption())
    .option('--json', 'print what is known of it as JSON')
    .addHelpText(
      'after',
      `
The file is neither copied nor moved. It is read once, for its digest, which zosia model verify compares with.
One that has changed since is taken as it is now by adding it again.

Examples:
  zosia model add ~/Downloads/model.gguf
  zosia model add big-00001-of-00003.gguf --name big
  zosia model add gemma-3.gguf --mmproj mmproj-gemma-3.gguf
  zosia model add stories15M.bin --tokenizer tokenizer.bin`,
    )
    .action(async (file: string, flags: AddFlags) => {
      const { addModel } = await import('../../models/store/add.js');
      const { name, mmproj, tokenizer } = flags;
      const progress = startProgress();
      let replaced: StoredModel | undefined;
      try {
        const store = modelStore(flags);
        const model = await addModel(store, file, {
          name,
          projector: mmproj,
          tokenizer,
          signal,
          onReplace: (before) => {
            replaced = before;
          },
          onProgress: (done, total) => {
            progress.update(`reading ${file}`, done, total);
          },
        });
        progress.stop();
        if (replaced) say(describeReplaced(replaced, model));
        if (flags.json) printJson(describedModel(store, model));
        else {
          const size = formatBytes(model.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
          say(
            `${model.name} is ${file} (${size}), which stays where it is: zosia up ${shellWord(model.name)}`,
          );
        }
      } finally {
        progress.stop();
      }
    });
}

/** What a name does not stand for any more. */
function describeReplaced(before: StoredModel, now: StoredModel): string {
  const changed = now.files.find((file) =>
    before.files.some(({ path, sha256 }) => path === file.path && sha256 !== file.sha256),
  );
  return changed
    ? `${changed.fileName} has changed since ${now.name} was added; its new digest is kept`
    : `${now.name} now goes with other files than before`;
}
