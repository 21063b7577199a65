/** The machine room: everything that other rooms use of it. */
export { parseAccelerator } from './accelerator.js';
export type { AcceleratorChoice, AcceleratorName, ResolvedAccel } from './accelerator.js';
export { formatCommand } from './command-line.js';
export { runInteractive } from './interactive.js';
export type { ConsoleIo } from './interactive.js';
export type { ConsoleTarget, MachineDisk, MachineSpec } from './machine-spec.js';
export { checkFitsHost, hostFreeMiB, ramForModelMiB } from './memory.js';
export type { ModelMemory } from './memory.js';
export { runOneShot } from './one-shot.js';
export type { OneShotOptions, OneShotResult } from './one-shot.js';
export { qemuArguments } from './qemu-arguments.js';
export { findQemu } from './qemu-binary.js';
export type { Environment, QemuBinary } from './qemu-binary.js';
export { composeInitrd, withRunInitrd } from './request.js';
export type { RunRequest, TerminalSize } from './request.js';
export { resolveMachine } from './resolve-machine.js';
export type { MachineOptions } from './resolve-machine.js';
