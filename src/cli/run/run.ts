import type { DefineCommand } from '../lazy-command.js';
import { addCommands } from '../lazy-command.js';

export const defineRun: DefineCommand = (run, context) => {
  run.usage('[linux] [options] | efi [options]').addHelpText(
    'after',
    `
Without the name of a machine it is linux.

Examples:
  zosia run                                boot artifacts/<arch> with the model disk
  zosia run --prompt "Tell a story"        print one answer and power off
  zosia run efi                            boot the EFI disk; talk, or watch it generate
  zosia run efi --screenshot llama2.png    keep a picture of the firmware's screen`,
  );
  addCommands(run, context, [
    {
      name: 'linux',
      description: 'the Linux guest: llama.cpp with a GGUF model',
      isDefault: true,
      load: async () => (await import('./linux.js')).defineRunLinux,
    },
    {
      name: 'efi',
      description: 'the EFI machine: a model with no operating system',
      load: async () => (await import('./efi.js')).defineRunEfi,
    },
  ]);
};
