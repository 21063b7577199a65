import type { FetchFlags } from '../options/fetch.js';
import type { HostFlags } from '../options/machine.js';

export interface WorkerFlags extends HostFlags, FetchFlags {
  listen: ListenFlag;
  allow?: string[] | undefined;
  peers?: string | undefined;
  json?: true | undefined;
}

/** Where a worker listens. */
export interface ListenFlag {
  readonly host: string;
  readonly port: number;
}
