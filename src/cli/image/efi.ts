import { Option } from 'commander';
import type { Command } from 'commander';
import { byteSize } from '../options/byte-size.js';
import type { CliContext } from '../context.js';
import { namedCheckpoint } from '../options/efi-model.js';
import type { GgufTextFlags } from '../options/efi-gguf.js';
import {
  addEfiGgufOptions,
  addGgufTextOptions,
  GGUF_TEXT_FLAGS,
} from '../options/efi-gguf-options.js';
import type { EfiGgufFlags } from '../options/efi-gguf-options.js';
import { addEfiSettingsOptions, EFI_SETTINGS_FLAGS, efiSettings } from '../options/efi-settings.js';
import { modelsDirOption, namedModels } from '../options/models.js';
import { sourceDateOption } from '../options/source-date.js';
import { architecture } from '../options/values.js';
import { embeddedModelNotice, formatBytes, printJson, say } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import type { Architecture } from '../../artifacts/architectures.js';
import type { PartitionTableKind } from '../../recipes/efi/disk-plan.js';
import type { EfiDiskModel } from '../../recipes/efi/entries.js';
import type { NamedModels } from '../../models/named-models.js';
import { overrideSettings } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { defaultPlaces, efiDiskPath } from '../../recipes/places.js';
import type { DiskFormat } from '../../recipes/places.js';

interface EfiDiskFlags
  extends
    Omit<EfiSettings, 'model' | 'tokenizer' | keyof GgufTextFlags | keyof EfiGgufFlags>,
    GgufTextFlags,
    EfiGgufFlags {
  /** Paths on the host. */
  model?: string | undefined;
  tokenizer?: string | undefined;
  tokens?: number | undefined;
  hello?: true | undefined;
  arch?: Architecture[] | undefined;
  partitionTable?: PartitionTableKind | undefined;
  format: DiskFormat;
  size?: number | undefined;
  sourceDate?: number | undefined;
  out?: string | undefined;
  json?: true | undefined;
  modelsDir?: string | undefined;
}

const EXAMPLE = 'zosia image efi --model stories15M.bin --tokenizer tokenizer.bin';
const GGUF_EXAMPLE = 'zosia image efi --model model.gguf';

export function defineImageEfi(command: Command, { signal }: CliContext): void {
  command
    .option(
      '--model <file>',
      'a GGUF, or a llama2.c checkpoint (.bin), of float32 or int8; or the name of one',
    )
    .option('--tokenizer <file>', "the checkpoint's tokenizer (.bin)")
    .addOption(modelsDirOption());
  addEfiSettingsOptions(command);
  addGgufTextOptions(command);
  addEfiGgufOptions(command)
    .addOption(
      new Option(
        '--arch <arch>',
        'aarch64 or x86_64, may be repeated; both unless given',
      ).argParser<Architecture[] | undefined>((text, all) => [...(all ?? []), architecture(text)]),
    )
    .addOption(
      new Option(
        '--size <bytes>',
        'size of the disk, as in 256M; 128M, or more if the model takes it, unless given',
      ).argParser(byteSize),
    )
    .addOption(
      // Without a default: a none that was asked for is told from one that was not.
      new Option(
        '--partition-table <kind>',
        'gpt puts the volume into an EFI system partition; none unless given, or a GGUF is a partition',
      ).choices(['none', 'gpt']),
    )
    .addOption(
      new Option('--format <format>', 'raw copies the model; vmdk refers to it where it lies')
        .choices(['raw', 'vmdk'])
        .default('raw'),
    )
    .addOption(sourceDateOption())
    .option('--out <file>', 'where to write it; artifacts/efi/ unless given')
    .addOption(
      new Option('--hello', 'the smallest application instead of a model').conflicts([
        'model',
        'tokenizer',
        ...EFI_SETTINGS_FLAGS,
        ...GGUF_TEXT_FLAGS,
        'modelAs',
        'repeatPenalty',
      ]),
    )
    .option('--json', 'print what was written as JSON')
    .addHelpText(
      'after',
      `
Examples:
  zosia image efi
  ${EXAMPLE}
  ${EXAMPLE} --prompt "The dragon" --temp 0
  ${EXAMPLE} --interactive --format vmdk
  ${GGUF_EXAMPLE} --interactive --format vmdk
  ${GGUF_EXAMPLE} --model-as partition --ctx 2048
  zosia image efi --hello --arch x86_64 --partition-table gpt --out stick.img

Without --model and --tokenizer the disk has the built-in model, a GGUF: it tells a story, or
answers --prompt. A GGUF has its own chat template, and its own temperature or 0.8, unless given;
of a checkpoint, nothing stands round a prompt, and the temperature is 1.
--prompt to --mode become llama2.cfg on the disk, a text file that can be edited there.`,
    )
    .action(async (flags: EfiDiskFlags) => {
      const [{ writeEfiDisk }, { refuseTwoForms }] = await Promise.all([
        import('../../recipes/efi/disk.js'),
        import('../options/efi-gguf.js'),
      ]);
      refuseTwoForms(command, flags);
      refuseTableOfNone(command, flags);
      const { subject, settings } = await readSubject(command, flags, signal);
      const { arch, format, partitionTable, size } = flags;
      const program = flags.hello ? 'hello' : 'llama2';
      const out = flags.out ?? efiDiskPath(defaultPlaces(), format, program);
      const progress = startProgress();
      try {
        const { image, manifest, written, grew } = await writeEfiDisk(subject, {
          format,
          partitionTable,
          out,
          signal,
          sourceDateSeconds: flags.sourceDate,
          settings: overrideSettings(settings, efiSettings(flags)),
          archs: arch,
          sizeBytes: size,
          onProgress: (done, total) => {
            progress.update(`writing ${out}`, done, total);
          },
        });
        progress.stop();
        if (flags.json) {
          printJson({ path: out, sizeBytes: image.sizeBytes, ...manifest });
          return;
        }
        const bytes = formatBytes(image.sizeBytes);
        say(`${written ? 'wrote' : 'up to date:'} ${out} (${bytes}, ${format})`);
        if (grew) say('It is larger than the usual 128 MiB because of the model.');
      } finally {
        progress.stop();
      }
    });
}

/** @throws CommanderError where a partition is wanted, and no table that it could be in */
function refuseTableOfNone(
  command: Command,
  { partitionTable, modelAs }: Pick<EfiDiskFlags, 'partitionTable' | 'modelAs'>,
): void {
  if (partitionTable !== 'none' || modelAs !== 'partition') return;
  command.error(
    "error: option '--model-as partition' cannot be used with option '--partition-table none'",
  );
}

interface Subject {
  readonly subject: EfiDiskModel | 'hello';
  /** What holds where no option says otherwise. */
  readonly settings?: EfiSettings | undefined;
}

async function readSubject(
  command: Command,
  flags: EfiDiskFlags,
  signal: AbortSignal,
): Promise<Subject> {
  const { hello, model: checkpoint, tokenizer, modelsDir } = flags;
  if (hello) return { subject: 'hello' };
  const models = namedModels({ modelsDir }, { hold: true });
  const [{ readNamedModel }, { isCheckpoint, refuseCheckpointFlags, refuseGgufFlags }] =
    await Promise.all([import('../../prepare/efi-model.js'), import('../options/efi-gguf.js')]);
  if (!(await isCheckpoint(checkpoint, tokenizer, models))) {
    refuseCheckpointFlags(command, flags);
    if (checkpoint === undefined) say(embeddedModelNotice(GGUF_EXAMPLE));
    return readGguf(checkpoint, flags, models, signal);
  }
  refuseGgufFlags(command, flags);
  const named = await namedCheckpoint(
    command,
    { checkpoint, tokenizer },
    {
      checkpoint: "option '--model <file>'",
      example: EXAMPLE,
      otherwise: '; or --hello alone',
    },
    models,
  );
  return { subject: (await readNamedModel(named, {})).model };
}

async function readGguf(
  gguf: string | undefined,
  flags: EfiDiskFlags,
  models: NamedModels,
  signal: AbortSignal,
): Promise<Subject> {
  const [{ readNamedModel }, { ggufSettings, templateChoice }] = await Promise.all([
    import('../../prepare/efi-model.js'),
    import('../options/efi-gguf.js'),
  ]);
  const { modelsDir } = defaultPlaces();
  const { model, settings, notes } = await readNamedModel(
    {
      gguf,
      search: { modelsDir, named: models },
      placement: flags.modelAs,
      template: await templateChoice(flags),
    },
    { ...(await ggufSettings(flags)), tokens: flags.tokens },
    { signal },
  );
  for (const note of notes) say(`zosia: ${note}`);
  return { subject: model, settings };
}
