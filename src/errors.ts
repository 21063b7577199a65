/** Every stable error code. A caller may match on these; messages may change, codes do not. */
export type ZosiaErrorCode = `ZOSIA_${Uppercase<string>}`;

/**
 * An error a user can cause or mend: one line that says what is wrong, and a hint that says what to do.
 * Anything else that is thrown is a defect of zosia.
 */
export class ZosiaError extends Error {
  override readonly name = 'ZosiaError';
  readonly code: ZosiaErrorCode;
  readonly hint: string | undefined;
  /** {@link hint} first, then what to do where the option that it names cannot be given. */
  readonly hints: readonly string[];

  constructor(
    code: ZosiaErrorCode,
    message: string,
    options: { hint?: string | readonly [string, ...string[]] | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    const { hint } = options;
    this.hints = hint === undefined ? [] : typeof hint === 'string' ? [hint] : hint;
    this.hint = this.hints[0];
  }
}

/** The `code` of a Node system error (`ENOENT`), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
