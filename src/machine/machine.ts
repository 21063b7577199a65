/** The machine room: everything that other rooms use of it. */
export { parseAccelerator } from './accelerator/accelerator.js';
export type {
  AcceleratorChoice,
  AcceleratorName,
  ResolvedAccel,
} from './accelerator/accelerator.js';
export { formatCommand } from './qemu/command-line.js';
export { runInteractive } from './console/interactive.js';
export type { ConsoleIo } from './console/interactive.js';
export type { ConsoleTarget, MachineDisk, MachineSpec } from './linux/machine-spec.js';
export { checkFitsHost, hostFreeMiB, ramForModelMiB } from './qemu/memory.js';
export type { ModelMemory } from './qemu/memory.js';
export { runOneShot } from './linux/one-shot.js';
export type { OneShotOptions, OneShotResult } from './linux/one-shot.js';
export { qemuArguments } from './linux/qemu-arguments.js';
export { findQemu } from './qemu/binary.js';
export type { Environment, QemuBinary } from './qemu/binary.js';
export { composeInitrd, withRunInitrd } from './linux/request.js';
export type { RunRequest, TerminalSize } from './linux/request.js';
export { resolveMachine } from './linux/resolve-machine.js';
export type { MachineOptions } from './linux/resolve-machine.js';
