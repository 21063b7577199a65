import { Argument, Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { folders } from './environment.js';
import { addFetchOptions, withFetchSettings } from './options/fetch.js';
import type { FetchFlags } from './options/fetch.js';
import { archOption } from './options/values.js';
import { formatBytes, print, printJson } from './output/output.js';
import { COMPONENTS } from '../artifacts/lock.js';
import type { Component } from '../artifacts/lock.js';

interface Flags extends FetchFlags {
  updateLock?: true | undefined;
  json?: true | undefined;
}

export function addFetchCommand(program: Command, context: CliContext): void {
  const command = program
    .command('fetch')
    .description('bring the pinned kernel and llama.cpp packages into the cache, verified')
    .addArgument(new Argument('[component...]', 'what to fetch').choices(COMPONENTS))
    .addOption(archOption());
  addFetchOptions(command)
    .addOption(
      new Option(
        '--update-lock',
        "pin what Debian's suites have now (on a Debian host), then fetch it",
      ).conflicts(['offline', 'frozen']),
    )
    .option('--json', 'print what was fetched as JSON')
    .addHelpText(
      'after',
      `
Without names it fetches what a guest is made of: kernel and llama. The third, kernel-source, is for
zosia build kernel.

Packages are pinned in artifacts.lock.json by version, size and sha256, and every byte is checked
before it is used. The cache is shared by all projects; ZOSIA_CACHE moves it.
ZOSIA_DEBIAN_MIRROR=URL names a mirror of Debian's archive to be asked first: any will do, since what
it gives has to have the pinned sha256.`,
    )
    .action(async (components: Component[], flags: Flags) => {
      const { fetchComponents } = await import('../artifacts/fetch.js');
      if (flags.updateLock) {
        const { updateLock } = await import('../artifacts/update-lock.js');
        await updateLock({ cacheDir: folders().cacheDirectory, signal: context.signal });
      }
      const packages = await withFetchSettings(flags, context, (settings) =>
        fetchComponents({
          ...settings,
          components: components.length > 0 ? components : undefined,
        }),
      );
      if (flags.json) printJson(packages);
      else {
        for (const { name, version, sizeBytes, path } of packages) {
          print(`${name} ${version} (${formatBytes(sizeBytes)})  ${path}`);
        }
      }
    });
}
