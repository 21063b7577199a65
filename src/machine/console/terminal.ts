/** The part of `process.stdin` that matters here. */
export interface TerminalInput {
  readonly isTTY?: boolean | undefined;
  readonly isRaw?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
}

/** Colours off, cursor shown, bracketed paste off: what a guest may have left switched on. */
const PLAIN_MODES = '\u001b[0m\u001b[?25h\u001b[?2004l';

/**
 * Puts a terminal into raw mode, so that every key reaches the guest. Does nothing to what is not one.
 *
 * @param output gets the sequences that undo what the guest has done to the terminal
 * @returns puts the terminal back as it was; may be called more than once. It is also called when the
 *   process exits, whatever the reason.
 */
export function enterRawMode(
  input: TerminalInput,
  output: { readonly isTTY?: boolean | undefined; write(text: string): unknown },
): () => void {
  if (!input.isTTY || !input.setRawMode) return () => undefined;
  const wasRaw = input.isRaw ?? false;
  let restored = false;
  const restore = (): void => {
    if (restored) return;
    restored = true;
    process.removeListener('exit', restore);
    input.setRawMode?.(wasRaw);
    if (output.isTTY) output.write(PLAIN_MODES);
  };
  process.on('exit', restore);
  input.setRawMode(true);
  return restore;
}
