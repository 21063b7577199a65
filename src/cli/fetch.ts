import { Argument } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { archOption, chosenArchitecture } from './options/values.js';
import type { Architecture } from '../artifacts/architectures.js';
import { formatBytes, print, printJson, warn } from './output/output.js';
import { startProgress } from './output/progress.js';
import { COMPONENTS } from '../artifacts/lock.js';
import type { Component } from '../artifacts/lock.js';

interface Options {
  arch?: Architecture;
  frozen?: true;
  offline?: true;
  updateLock?: true;
  json?: true;
}

export function addFetchCommand(program: Command, { signal }: CliContext): void {
  program
    .command('fetch')
    .description('bring the pinned kernel and llama.cpp packages into the cache, verified')
    .addArgument(new Argument('[component...]', 'what to fetch').choices(COMPONENTS))
    .addOption(archOption())
    .option('--frozen', 'fail when a pinned version is gone, instead of using a newer one')
    .option('--offline', 'use the cache alone')
    .option('--update-lock', "pin what Debian's suites have now (on a Debian host), then fetch it")
    .option('--json', 'print what was fetched as JSON')
    .addHelpText(
      'after',
      `
Packages are pinned in artifacts.lock.json by version, size and sha256, and every byte is checked
before it is used. The cache is shared by all projects; ZOSIA_CACHE moves it.`,
    )
    .action(async (components: Component[], options: Options) => {
      const { fetchComponents } = await import('../artifacts/fetch.js');
      if (options.updateLock) {
        const { updateLock } = await import('../artifacts/update-lock.js');
        await updateLock({ signal });
      }
      const progress = await startProgress();
      try {
        const packages = await fetchComponents({
          arch: chosenArchitecture(options.arch),
          ...(components.length > 0 ? { components } : {}),
          frozen: options.frozen ?? false,
          offline: options.offline ?? false,
          signal,
          warn,
          onProgress: ({ name, receivedBytes, sizeBytes }) => {
            progress.update(name, receivedBytes, sizeBytes);
          },
        });
        progress.stop();
        if (options.json) printJson(packages);
        else {
          for (const { name, version, sizeBytes, path } of packages) {
            print(`${name} ${version} (${formatBytes(sizeBytes)})  ${path}`);
          }
        }
      } finally {
        progress.stop();
      }
    });
}
