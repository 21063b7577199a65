import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { fitCheck } from '../options/fit.js';
import { keyOption, modelsDirOption, namedModels } from '../options/models.js';
import type { ModelsFlags } from '../options/models.js';
import { pulling } from '../options/pull.js';
import { fitAsJson } from '../output/fit-json.js';
import { formatBytes, printJson, say } from '../output/output.js';
import { describedModel } from './show.js';
import { pullNamed } from '../../recipes/pull-named.js';
import type { PulledModel } from '../../models/pull/pull.js';
import type { Fit } from '../../prepare/fit.js';
import { shellWord } from '../../shell-word.js';

interface PullFlags extends ModelsFlags {
  name?: string | undefined;
  force?: true | undefined;
  checkpoint?: true | undefined;
  key?: string | undefined;
  offline?: true | undefined;
  json?: true | undefined;
}

export function defineModelPull(command: Command, { signal }: CliContext): void {
  command
    .argument('<model>', 'a name of the catalogue, a reference, or a name that was pulled before')
    .option('--name <name>', 'the name it gets; its own unless given')
    .option(
      '--checkpoint',
      'of a name of the catalogue: the llama2.c checkpoint, for --machine efi',
    )
    .addOption(keyOption())
    .option('--force', 'download what is there already, and replace what has the name')
    .option(
      '--offline',
      "take what this host has, other programs' downloads too; the network is left alone",
    )
    .addOption(modelsDirOption())
    .option('--json', 'print what is known of it as JSON')
    .addHelpText(
      'after',
      `
References:
  hf:owner/repo/file.gguf        a file of the hub; hf:owner/repo@REVISION/file.gguf of another revision
  hf:owner/repo:Q4_K_M           the model in a quantisation, all parts of it, and its projector
  ollama:name:tag                of ollama's registry
  oci:host/name:tag              of any registry that keeps GGUFs
  https://host/path/file.gguf    of any server; #sha256=DIGEST behind it has the digest compared

Before a download its size, the free disk, the memory that the model needs and, where zosia perf has measured
some, its speed are told. A download that is cut off goes on where it was when the same command is run again. HF_TOKEN is shown to the hub,
for models that ask for a login, and HF_ENDPOINT names another hub.

Examples:
  zosia model pull phi-3.5-mini
  zosia model pull hf:bartowski/SmolLM2-135M-Instruct-GGUF:Q8_0 --name smol
  zosia model pull stories15M --checkpoint`,
    )
    .action(async (named: string, flags: PullFlags) => {
      const { name, force, checkpoint, key, offline = false } = flags;
      const models = namedModels(flags);
      const form = checkpoint && 'checkpoint';
      let fit: Fit | undefined;
      const onFit = (found: Fit): void => {
        fit = found;
      };
      const pulled = await pulling({ named, form, offline, signal }, (settings) =>
        pullNamed(models, named, {
          ...settings,
          name,
          force,
          form,
          publicKey: key,
          beforeDownload: fitCheck({ folder: models.store.folder, runsHere: false, onFit, signal }),
        }),
      );
      if (flags.json) {
        printJson({ ...describedModel(models.store, pulled.model), fit: fit && fitAsJson(fit) });
      } else report(pulled);
    });
}

function report({ model, isNew, downloadedBytes, adopted }: PulledModel): void {
  for (const path of adopted) say(`used where it lies: ${path}`);
  const size = formatBytes(model.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const isCheckpoint = model.files.some(({ role }) => role === 'tokenizer');
  const up = `zosia up ${isCheckpoint ? '--machine efi ' : ''}${shellWord(model.name)}`;
  const how = !isNew
    ? 'is up to date'
    : downloadedBytes > 0
      ? `pulled, ${formatBytes(downloadedBytes)} downloaded`
      : 'is there, nothing was downloaded';
  say(`${model.name} (${size}) ${how}: ${up}`);
}
