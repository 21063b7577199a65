import type { DefineCommand } from '../lazy-command.js';
import { addCommands } from '../lazy-command.js';

export const defineBuild: DefineCommand = (build, context) => {
  addCommands(build, context, [
    {
      name: 'guest',
      description: "compile the Linux guest's PID 1 with clang and lld, in Docker or on this host",
      load: async () => (await import('./guest.js')).defineBuildGuest,
    },
    {
      name: 'kernel',
      description: "compile a kernel from Debian's source, in Docker or with this host's clang",
      load: async () => (await import('./kernel.js')).defineBuildKernel,
    },
    {
      name: 'llama',
      description: 'compile llama.cpp for the Linux guest: static programs, for any processor',
      load: async () => (await import('./llama.js')).defineBuildLlama,
    },
  ]);
};
