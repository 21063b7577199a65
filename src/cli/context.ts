import type { Command } from 'commander';

/** What every command is given. */
export interface CliContext {
  /** Aborts when the user cancels. */
  readonly signal: AbortSignal;
  /** Whether errors are told with where they arose. */
  readonly isDebug: boolean;
  /** Where a command that passes a guest's status on puts it; and the command that ran. */
  readonly result: { exitStatus: number; command?: Command | undefined };
}
