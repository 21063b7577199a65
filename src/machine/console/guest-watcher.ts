/** Reads along with a guest's console: what a session has to know about the guest, it knows from there. */
export interface GuestWatcher {
  /** Takes what comes from the console. @returns what of that is to be shown */
  feed(bytes: Uint8Array): Uint8Array;
  /** Whether it has said anything: what firmware prints before a kernel does not count. */
  readonly hasSpoken: boolean;
  /** How many lines the guest has been ready to read so far; infinite for one that keeps them. */
  readonly linesWanted: number;
  /** Whether the guest reads what is typed. Until then its serial port drops it. */
  readonly isListening: boolean;
  /** Whether the guest has done all it was to do, and merely waits for a key. */
  readonly isLeaving: boolean;
  /**
   * Called when the console has been at rest for {@link restMs}: a guest that never says when it wants a
   * line is taken to want one.
   */
  rested?(): void;
  /** Undefined where a rest means nothing. */
  readonly restMs?: number | undefined;
  /** The console's last lines, for an error message. */
  readonly tail: string;
}
