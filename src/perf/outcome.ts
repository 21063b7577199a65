import type { Setting } from './setting.js';

/** What the guest measured in one boot. */
export interface PerfResult {
  /** Tokens that were generated. */
  readonly tokens: number;
  /** Time of generation alone: neither loading nor reading the prompt is in it. */
  readonly seconds: number;
  readonly tokPerS: number;
  /** Time from the start of llama.cpp until the model was loaded. */
  readonly loadSeconds: number;
  /** Speed at which the prompt was read. */
  readonly promptTokPerS: number;
  /** Threads that generated, and that read the prompt. */
  readonly threads: number;
  readonly batchThreads: number;
}

/** How a boot ended. A boot without a whole result has failed; it never counts as a speed of zero. */
export type PerfOutcome =
  | { readonly measured: true; readonly result: PerfResult; readonly logPath?: string | undefined }
  | { readonly measured: false; readonly reason: string; readonly logPath?: string | undefined };

export interface BootContext {
  readonly signal: AbortSignal;
  /** When the machine is ended, and the boot has failed. */
  readonly timeoutSeconds: number;
}

/**
 * Boots a machine with a setting and waits until it has ended. Rejects with the signal's reason when
 * cancelled, and for what no other setting could mend.
 */
export type Boot = (setting: Setting, context: BootContext) => Promise<PerfOutcome>;
