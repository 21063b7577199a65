import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addBuilderOptions, withChosenBuilder } from '../options/builder.js';
import { addMirrorOption } from '../options/fetch.js';
import { archOption, chosenArchitecture } from '../options/values.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { checkOutputFolder } from '../../host/check-output-folder.js';
import { formatBytes, print, printJson } from '../output/output.js';
import { defaultPlaces, guestBuildDir } from '../../recipes/places.js';
import type { Builder } from '../../toolchain/builder.js';

interface Options {
  arch?: Architecture | undefined;
  out?: string | undefined;
  prebuilt?: true | undefined;
  json?: true | undefined;
}

export function defineBuildGuest(command: Command, context: CliContext): void {
  command
    .addOption(archOption())
    .option('--out <folder>', 'where to put it; artifacts/<arch>/guest unless given')
    .addOption(
      new Option('--prebuilt', 'renew guest/prebuilt, for every architecture').conflicts([
        'arch',
        'out',
      ]),
    );
  addMirrorOption(addBuilderOptions(command))
    .option('--json', 'print what was built as JSON')
    .addHelpText(
      'after',
      `
Nobody needs this to boot: guest/prebuilt holds what is built from guest/init, guest/efi and guest/shared, and
--prebuilt renews all of it. The same compiler gives the same bytes on any host, and in Docker.`,
    )
    .action(async (options: Options) => {
      if (options.out !== undefined) await checkOutputFolder(options.out);
      await withChosenBuilder('guest', command, context, (builder) =>
        options.prebuilt
          ? renewPrebuilt(builder, options, context)
          : buildOne(builder, options, context),
      );
    });
}

async function renewPrebuilt(
  builder: Builder,
  { json }: Options,
  { signal }: CliContext,
): Promise<void> {
  const [{ buildPrebuilt }, { PREBUILT_DIRECTORY }] = await Promise.all([
    import('../../toolchain/prebuilt.js'),
    import('../../artifacts/prebuilt.js'),
  ]);
  const compiler = await buildPrebuilt(PREBUILT_DIRECTORY, builder, signal);
  if (json) printJson(compiler);
  else print(`renewed ${PREBUILT_DIRECTORY} with ${compiler.version}`);
}

async function buildOne(builder: Builder, options: Options, { signal }: CliContext): Promise<void> {
  const { buildGuest } = await import('../../toolchain/guest.js');
  const arch = chosenArchitecture(options.arch);
  const outDir = options.out ?? guestBuildDir(defaultPlaces(), arch);
  const built = await buildGuest({ arch, builder, outDir, signal });
  if (options.json) printJson({ ...built, builder: builder.kind });
  else {
    const { path, sizeBytes, compiler } = built;
    print(`${path} (${formatBytes(sizeBytes)}) with ${compiler.version}`);
  }
}
