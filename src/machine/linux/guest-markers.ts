/** Lines that the guest's PID 1 prints on the console, word for word. */
export const GUEST_MARKERS = {
  /** PID 1 runs: the kernel has booted. */
  init: 'zosia: init',
  /** From here on what is typed reaches llama-cli, or the stub prompt that stands in for it. */
  starting: /^zosia: .*\bstarting (?:llama-cli|stub prompt)/,
  /** The guest waits for a line from a pipe: bracketed paste mode on, as programs say it at a prompt. */
  lineWanted: '\u001b[?2004h',
  /** A worker can be reached; the group is how much memory it has to give, in MiB. */
  workerListens: /^zosia: ggml-rpc-server listens, with (\d{1,9}) MiB of memory free$/,
  /** The last line; the group is the guest's exit status. */
  exitStatus: /zosia: exit status=(\d{1,3})$/,
} as const;
