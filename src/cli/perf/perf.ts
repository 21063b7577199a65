import type { DefineCommand } from '../lazy-command.js';
import { addCommands } from '../lazy-command.js';

export const definePerf: DefineCommand = (perf, context) => {
  addCommands(perf, context, [
    {
      name: 'run',
      description: 'boot, generate, say how fast, power off; for one setting or many',
      takes: '[model]',
      load: async () => (await import('./run.js')).definePerfRun,
    },
    {
      name: 'matrix',
      description:
        'write a matrix: every combination of threads, how they wait, and arguments, one a line',
      load: async () => (await import('./matrix.js')).definePerfMatrix,
    },
    {
      name: 'tune',
      description: 'find the fastest threads and arguments, in fewer boots than trying them all',
      takes: '[model]',
      load: async () => (await import('./tune.js')).definePerfTune,
    },
    {
      name: 'report',
      description: 'sum up results: as a table, and as a page with plots',
      takes: '<results...>',
      load: async () => (await import('./report.js')).definePerfReport,
    },
  ]);
};
