import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { archOption, chosenArchitecture } from '../options/values.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { formatBytes, print, printJson } from '../output/output.js';
import { defaultPlaces, guestBuildDir } from '../../recipes/places.js';

interface Options {
  arch?: Architecture | undefined;
  out?: string | undefined;
  prebuilt?: true | undefined;
  json?: true | undefined;
}

export function addBuildGuestCommand(build: Command, { signal }: CliContext): void {
  build
    .command('guest')
    .description("compile the Linux guest's PID 1 with the host's clang and lld")
    .addOption(archOption())
    .option('--out <folder>', 'where to put it; artifacts/<arch>/guest unless given')
    .addOption(
      new Option('--prebuilt', 'renew guest/prebuilt, for every architecture').conflicts([
        'arch',
        'out',
      ]),
    )
    .option('--json', 'print what was built as JSON')
    .addHelpText(
      'after',
      `
Nobody needs this to boot: guest/prebuilt holds what is built from guest/init, guest/efi and guest/shared, and
--prebuilt renews all of it. The same compiler gives the same bytes on any host.`,
    )
    .action(async (options: Options) => {
      const { findCompiler } = await import('../../toolchain/compiler.js');
      const compiler = await findCompiler(folders().searchPath);
      if (options.prebuilt) {
        const [{ buildPrebuilt }, { PREBUILT_DIRECTORY }] = await Promise.all([
          import('../../toolchain/prebuilt.js'),
          import('../../artifacts/prebuilt.js'),
        ]);
        await buildPrebuilt(PREBUILT_DIRECTORY, compiler, signal);
        if (options.json) printJson(compiler);
        else print(`renewed ${PREBUILT_DIRECTORY} with clang ${compiler.version}`);
        return;
      }
      const { buildGuest } = await import('../../toolchain/guest.js');
      const arch = chosenArchitecture(options.arch);
      const outDir = options.out ?? guestBuildDir(defaultPlaces(), arch);
      const built = await buildGuest({ arch, outDir, compiler, signal });
      if (options.json) printJson(built);
      else print(`${built.path} (${formatBytes(built.sizeBytes)}) with clang ${compiler.version}`);
    });
}
