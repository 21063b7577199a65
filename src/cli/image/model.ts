import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { byteSize } from '../options/byte-size.js';
import { modelsDirOption, namedModels } from '../options/models.js';
import { variableOption, variableSwitch } from '../variable-option.js';
import type { CliContext } from '../context.js';
import { formatBytes, printJson, say } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import { ZosiaError } from '../../errors.js';
import type { BlockSizeBytes } from '../../formats/ext4/options.js';
import type { Model } from '../../recipes/model.js';
import type { ModelSearch } from '../../recipes/find-model.js';
import type { ModelDiskLayout } from '../../recipes/model-disk.js';
import { defaultPlaces, modelDiskPath } from '../../recipes/places.js';
import type { DiskFormat } from '../../recipes/places.js';
import { MIB } from '../../image/units.js';

interface ModelDiskFlags {
  format: DiskFormat;
  out?: string | undefined;
  mmproj?: string | undefined;
  lora?: string[] | undefined;
  draft?: string | undefined;
  add?: string[] | undefined;
  label?: string | undefined;
  size?: number | undefined;
  extraMib?: number | undefined;
  blockSize?: string | undefined;
  verify?: true | undefined;
  reproducibleCheck?: true | undefined;
  useDocker?: boolean | undefined;
  json?: true | undefined;
  modelsDir?: string | undefined;
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

export function defineImageModel(command: Command, { signal }: CliContext): void {
  command
    .argument('<model...>', 'a GGUF file, any part of a split model; or the name of a model')
    .addOption(
      new Option('--format <format>', 'raw copies the model; vmdk refers to it where it lies')
        .choices(['raw', 'vmdk'])
        .default('raw'),
    )
    .addOption(
      variableOption(
        '--out <file>',
        'where to write it; artifacts/model-disk/ unless given',
        'OUT_PATH',
      ),
    )
    .option('--mmproj <file>', 'the multimodal projector, as /mmproj.gguf')
    .option('--lora <file>', 'a LoRA adapter, as /lora-1.gguf, /lora-2.gguf ...', collect)
    .option('--draft <file>', 'a smaller model that drafts for it, as /draft.gguf')
    .option('--add <src:dst>', 'a further file or folder, and its path on the disk', collect)
    .option('--label <text>', 'the ext4 label, at most 16 bytes; ZOSIA_MODEL unless given')
    .addOption(
      new Option('--size <bytes>', 'size of the disk, as in 40G; as small as possible unless given')
        .argParser(byteSize)
        .conflicts('extraMib'),
    )
    .addOption(
      variableOption('--extra-mib <n>', 'free space to add, in MiB', 'EXTRA_MIB', parseExtraMib),
    )
    .addOption(
      new Option('--block-size <bytes>', 'ext4 block size; 4096 unless given').choices([
        '1024',
        '2048',
        '4096',
      ]),
    )
    .option('--verify', 'write down the sha256 of every file, for zosia run --verify')
    .option('--reproducible-check', 'plan it twice and compare, before it is written')
    .addOption(
      variableSwitch(
        '--use-docker',
        'accepted for scripts; nothing here needs Docker',
        'USE_DOCKER',
      ),
    )
    .addOption(modelsDirOption())
    .option('--json', 'print what was written as JSON')
    .addHelpText(
      'after',
      `
Examples:
  zosia image model model.gguf --format vmdk
  zosia image model big-00001-of-00003.gguf --out big.img
  zosia image model vision.gguf --mmproj mmproj.gguf --add photo.jpg:/photo.jpg
  zosia image model model.gguf --lora style.gguf --extra-mib 64`,
    )
    .action(async (names: string[], flags: ModelDiskFlags) => {
      const { planModelDisk, writeModelDisk } = await import('../../recipes/model-disk.js');
      const places = defaultPlaces();
      const { format } = flags;
      const search = { modelsDir: places.modelsDir, named: namedModels(flags, { hold: true }) };
      const out = flags.out ?? modelDiskPath(places, format);
      if (flags.useDocker) say('zosia: --use-docker is unnecessary: zosia writes ext4 itself');

      if (flags.reproducibleCheck) {
        const { checkReproducible } = await import('../../recipes/reproducible.js');
        const digest = await checkReproducible(async () => {
          const { model, layout } = await gather(names, flags, search);
          return planModelDisk(model, layout);
        });
        say(`reproducible: planned twice, sha256 of both plans ${digest}`);
      }
      const { model, layout } = await gather(names, flags, search);
      const progress = startProgress();
      try {
        const { image, manifest, written } = await writeModelDisk(model, {
          ...layout,
          format,
          out,
          verify: flags.verify ?? false,
          signal,
          onProgress: (step, done, total) => {
            progress.update(`${step} ${step === 'reading' ? 'the files' : out}`, done, total);
          },
        });
        progress.stop();
        if (flags.json) printJson({ path: out, sizeBytes: image.sizeBytes, ...manifest });
        else {
          const size = formatBytes(image.sizeBytes);
          say(`${written ? 'wrote' : 'up to date:'} ${out} (${size}, ${format})`);
        }
      } finally {
        progress.stop();
      }
    });
}

/** Reads and checks everything that goes on the disk. */
async function gather(
  names: readonly string[],
  flags: ModelDiskFlags,
  search: ModelSearch,
): Promise<{ model: Model; layout: ModelDiskLayout }> {
  const [{ readCompanion, readModelFiles }, { collectAddition, parseAddition }] = await Promise.all(
    [import('../../recipes/model.js'), import('../../recipes/additions.js')],
  );
  const model = await readModelFiles(names, search);
  const adapters = await Promise.all(
    (flags.lora ?? []).map((name) => readCompanion(name, 'adapter', search)),
  );
  const extras = await Promise.all(
    (flags.add ?? []).map((text) => collectAddition(parseAddition(text))),
  );
  const { extraMib, size } = flags;
  // As options they exclude each other.
  if (extraMib !== undefined && size !== undefined) {
    throw new ZosiaError('ZOSIA_BAD_OPTION', 'EXTRA_MIB is set, and --size given', {
      hint: 'It adds to the smallest disk, which --size is not: leave out one of the two.',
    });
  }
  return {
    model,
    layout: {
      adapters,
      extras: extras.flat(),
      projector:
        flags.mmproj === undefined
          ? undefined
          : await readCompanion(flags.mmproj, 'projector', search),
      draft:
        flags.draft === undefined ? undefined : await readCompanion(flags.draft, 'draft', search),
      label: flags.label,
      sizeBytes: flags.size,
      extraBytes: extraMib === undefined ? undefined : extraMib * MIB,
      blockSizeBytes:
        flags.blockSize === undefined ? undefined : (Number(flags.blockSize) as BlockSizeBytes),
    },
  };
}

/** 16 TiB, which is as far as ext4's 32-bit block numbers reach with blocks of 4 KiB. */
const MAX_EXTRA_MIB = 2 ** 24;

function parseExtraMib(text: string): number {
  const extraMib = Number(text);
  if (/^\d+$/.test(text) && extraMib <= MAX_EXTRA_MIB) return extraMib;
  throw new InvalidArgumentError(
    `Give a whole number of MiB from 0 to ${MAX_EXTRA_MIB}, as in 64.`,
  );
}
