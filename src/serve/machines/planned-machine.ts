import type { Duplex } from 'node:stream';

/** A machine that is ready to be started. */
export interface PlannedMachine {
  readonly ramMiB: number;
  /**
   * Runs it until `signal` aborts.
   *
   * @throws whatever it ends of otherwise
   */
  readonly run: (options: MachineRun) => Promise<void>;
}

export interface MachineRun {
  readonly signal: AbortSignal;
  /**
   * Called when it can be asked.
   *
   * @param connect makes a connection to its llama-server
   * @param isGone whether none can be made any more, though the run is not over yet; never unless given
   */
  readonly onAwake: (connect: () => Duplex, isGone?: () => boolean) => void;
}
