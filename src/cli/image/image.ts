import type { DefineCommand } from '../lazy-command.js';
import { addCommands } from '../lazy-command.js';

export const defineImage: DefineCommand = (image, context) => {
  addCommands(image, context, [
    {
      name: 'initramfs',
      description: 'the Linux guest: its kernel and its initramfs, from verified parts',
      load: async () => (await import('./initramfs.js')).defineImageInitramfs,
    },
    {
      name: 'model',
      description: 'an ext4 disk with a model on it, as /model.gguf',
      takes: '<model...>',
      load: async () => (await import('./model.js')).defineImageModel,
    },
    {
      name: 'efi',
      description: 'a disk that runs a model with no operating system',
      load: async () => (await import('./efi.js')).defineImageEfi,
    },
  ]);
};
