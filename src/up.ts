/** The whole path from a model to a machine that is ready to start. */
export { prepareEfiMachine } from './up/efi.js';
export type { EfiUpOptions, ReadyEfiMachine } from './up/efi.js';
export { prepareMachine } from './up/linux.js';
export type { ReadyMachine, UpOptions } from './up/linux.js';
