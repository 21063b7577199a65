import type { Duplex } from 'node:stream';

/** A model that can be asked for by its name. */
export interface ServedModel {
  readonly name: string;
  /** Other names for it; paths of this host among them are told to nobody. */
  readonly aliases: readonly string[];
  /** When its file was written, in seconds since 1970. */
  readonly created: number;
  readonly sizeBytes: number;
}

/** What a machine is doing. */
export type MachineState = 'asleep' | 'waking' | 'idle' | 'answering';

/** A machine that has been lent to one request. */
export interface Lease {
  /**
   * Makes a connection to the llama-server of the machine.
   *
   * @throws Error when the machine has gone, or has too many
   */
  readonly connect: () => Duplex;
  /** To be called once, when the request has been answered or given up. */
  readonly release: () => void;
}

/** What is behind the API: models, each in a machine of its own that is woken when it is asked for. */
export interface Backend {
  readonly models: () => Promise<readonly ServedModel[]>;
  /**
   * Lends the machine of a model, once it is awake.
   *
   * @param sinceMs when the request came, by `performance.now()`: its patience counts from then
   * @throws ZosiaError `ZOSIA_MODEL_NOT_SERVED` for a name that is none; `ZOSIA_SERVE_NO_ROOM` when there is no
   *   room for its machine beside those that are answering; what its machine fails of; the reason of `signal`
   */
  readonly lease: (model: string, signal: AbortSignal, sinceMs?: number) => Promise<Lease>;
  readonly stateOf: (model: string) => MachineState;
}
