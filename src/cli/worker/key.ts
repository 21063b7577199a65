import type { Command } from 'commander';
import { print, printJson } from '../output/output.js';
import { settingsFolder } from '../settings-folder.js';

export function defineWorkerKey(command: Command): void {
  command.option('--json', 'print it as JSON').action(async ({ json }: { json?: true }) => {
    const { workerKey } = await import('../../workers/keys/worker-key.js');
    const { fingerprint, path, isNew } = await workerKey(settingsFolder());
    if (json) printJson({ fingerprint, path, isNew });
    else print(fingerprint);
  });
}
