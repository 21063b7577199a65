import { addCommands } from '../lazy-command.js';
import type { DefineCommand } from '../lazy-command.js';

export const defineWorker: DefineCommand = (worker, context) => {
  worker.usage('[run] [options] | key [options]').addHelpText(
    'after',
    `
A worker is a machine without a model: it computes a part of one for another host, whose zosia up --workers or
zosia serve --workers names it. zosia plan tells beforehand who would hold what.

On this host alone it needs nothing. To be reached by others it needs their keys, and to know their addresses:
each host's key is told by zosia worker key, and goes into the other's file of peers.

Examples:
  zosia worker
  zosia worker key
  zosia worker --listen 192.168.1.7:50052 --allow 192.168.1.0/24 --peers heads.txt
  zosia up big.gguf --workers 192.168.1.7:50052 --peers workers.txt`,
  );
  addCommands(worker, context, [
    {
      name: 'run',
      description: 'be a worker until Ctrl+C',
      isDefault: true,
      load: async () => (await import('./run.js')).defineWorkerRun,
    },
    {
      name: 'key',
      description: "this host's key, as others have to know it; made the first time",
      load: async () => (await import('./key.js')).defineWorkerKey,
    },
  ]);
};
