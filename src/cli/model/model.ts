import type { DefineCommand } from '../lazy-command.js';
import { addCommands } from '../lazy-command.js';

export const defineModel: DefineCommand = (model, context) => {
  model.addHelpText(
    'after',
    `
A model is named by a file, by a name that zosia model list tells, or by a reference, which says where it is
to be had: docs/models.md

Examples:
  zosia model suggest
  zosia model list --catalogue
  zosia model pull phi-3.5-mini
  zosia up phi-3.5-mini
  zosia model add ~/Downloads/model.gguf --name mine
  zosia up mine`,
  );
  addCommands(model, context, [
    {
      name: 'pull',
      description: 'download a model by name or reference, and verify it',
      takes: '<model>',
      load: async () => (await import('./pull.js')).defineModelPull,
    },
    {
      name: 'list',
      description: 'the models of this host that have names, or those of the catalogue',
      load: async () => (await import('./list.js')).defineModelList,
    },
    {
      name: 'suggest',
      description: 'the best models of the catalogue for this host, and why others do not fit',
      load: async () => (await import('./suggest.js')).defineModelSuggest,
    },
    {
      name: 'add',
      description: 'give a model that is on this host a name; it stays where it is',
      takes: '<file>',
      load: async () => (await import('./add.js')).defineModelAdd,
    },
    {
      name: 'show',
      description: 'all that is known of a name',
      takes: '<name>',
      load: async () => (await import('./show.js')).defineModelShow,
    },
    {
      name: 'path',
      description: "print the paths of a model's files, for scripts",
      takes: '<name>',
      load: async () => (await import('./path.js')).defineModelPath,
    },
    {
      name: 'verify',
      description: 'read every byte again, and compare',
      takes: '[name...]',
      load: async () => (await import('./verify.js')).defineModelVerify,
    },
    {
      name: 'rm',
      description: 'remove names, and the files that no other name has',
      takes: '<name...>',
      load: async () => (await import('./rm.js')).defineModelRm,
    },
    {
      name: 'prune',
      description: 'remove files that no name has, and old downloads that were not finished',
      load: async () => (await import('./prune.js')).defineModelPrune,
    },
    {
      name: 'info',
      description: 'what a GGUF is and says of itself, checked against its own tensor table',
      takes: '<model>',
      load: async () => (await import('./info.js')).defineModelInfo,
    },
    {
      name: 'convert',
      description: 'turn a llama2.c checkpoint into a GGUF, or a GGUF into one',
      takes: '<model>',
      load: async () => (await import('./convert.js')).defineModelConvert,
    },
  ]);
};
