import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { addMachineOptions, machineOptions, runRequest } from './machine-options.js';
import type { MachineFlags } from './machine-options.js';
import { chosenArchitecture } from './options.js';
import { existingDisk } from '../recipes/model-disk.js';
import { defaultPlaces, initramfsPath, kernelPath } from '../recipes/places.js';

export function addRunCommand(program: Command, context: CliContext): void {
  const command = program.command('run').description('boot what has been built, or what you name');
  addMachineOptions(command)
    .addHelpText(
      'after',
      `
Boots artifacts/<arch>/Image and initramfs.cpio.gz with the model disk of artifacts/model-disk, as they
are. Without a model disk the guest shows a stub prompt that says so.

Examples:
  zosia run
  zosia run --disk artifacts/model-disk/model.ext4.img --ram 4096
  zosia run --dry-run`,
    )
    .action(async (flags: MachineFlags) => {
      const [{ resolveMachine }, { startMachine }] = await Promise.all([
        import('../machine/machine.js'),
        import('./start-machine.js'),
      ]);
      const arch = chosenArchitecture(flags.arch);
      const places = defaultPlaces();
      const disk = await existingDisk(places);
      const spec = await resolveMachine(
        {
          ...machineOptions(flags),
          arch,
          defaults: {
            kernel: kernelPath(places, arch),
            initrd: initramfsPath(places, arch),
            ...(disk === undefined ? {} : { disk }),
          },
          signal: context.signal,
        },
        process.env,
      );
      await startMachine(spec, runRequest(flags), flags, context);
    });
}
