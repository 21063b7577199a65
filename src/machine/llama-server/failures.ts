import { ZosiaError } from '../../errors.js';

const MAX_REASON = 200;
/** White space, controls, and what else is not seen. */
const INVISIBLE = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** What a server says, of any length and with any characters, as a short printable line. */
export function asReason(text: string): string {
  // Looking through what is not shown anyway would cost time.
  const line = text
    .slice(0, 4 * MAX_REASON)
    .replaceAll(INVISIBLE, ' ')
    .trim();
  return line.length <= MAX_REASON ? line : `${line.slice(0, MAX_REASON)}...`;
}

/** The server answers, but not with what it was asked for. */
export function serverRefused(reason: string): ZosiaError {
  return new ZosiaError('ZOSIA_SERVER_FAILED', `llama.cpp cannot answer: ${asReason(reason)}`, {
    hint: 'If it speaks of an argument that llama.cpp was given, give another one.',
  });
}

/** What comes back is not what llama-server sends, or ends too early. */
export function serverFailed(problem: string, cause?: unknown): ZosiaError {
  return new ZosiaError(
    'ZOSIA_SERVER_FAILED',
    `llama-server, in the guest, does not answer as it should: ${asReason(problem)}`,
    {
      hint: 'Start the machine without a prompt: its console shows what llama.cpp says.',
      cause,
    },
  );
}
