import { Wording } from './wording.js';
import type { Text } from './wording.js';

/** Every stable error code. A caller may match on these; messages may change, codes do not. */
export type ZosiaErrorCode = `ZOSIA_${Uppercase<string>}`;

/**
 * An error a user can cause or mend: one line that says what is wrong, and a hint that says what to do.
 * Anything else that is thrown is a defect of zosia.
 */
export class ZosiaError extends Error {
  override readonly name = 'ZosiaError';
  readonly code: ZosiaErrorCode;
  /** What to do, with options by their names in the library. */
  readonly hint: string | undefined;
  /** The option that is to blame, or that helps: the first that the message or the hint speaks of. */
  readonly subject: { readonly option: string } | undefined;
  /** The message and hints as front ends word them; after the first hint what to do without its options. */
  readonly texts: { readonly message: Text; readonly hints: readonly Text[] };

  constructor(
    code: ZosiaErrorCode,
    message: Text,
    options: { hint?: Text | readonly [Text, ...Text[]] | undefined; cause?: unknown } = {},
  ) {
    super(String(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    const { hint } = options;
    const hints: readonly Text[] =
      hint === undefined ? [] : typeof hint === 'string' || hint instanceof Wording ? [hint] : hint;
    this.texts = { message, hints };
    this.hint = hints[0] === undefined ? undefined : String(hints[0]);
    const [named] = [message, ...hints.slice(0, 1)].flatMap((text) =>
      typeof text === 'string' ? [] : text.options,
    );
    this.subject = named && { option: named.name };
  }
}

/** The `code` of a Node system error (`ENOENT`), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
