/** What every command is given. */
export interface CliContext {
  /** Aborts when the user cancels. */
  readonly signal: AbortSignal;
  /** Where a command that passes a guest's status on puts it; and the options it has, by long name. */
  readonly result: { exitStatus: number; options?: readonly string[] | undefined };
}
