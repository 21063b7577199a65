import { ZosiaError } from '../../errors.js';
import { shownText, shownUrl } from '../../download/shown-text.js';
import { escapeName } from '../../formats/escaped-name.js';
import { shellPath } from '../../shell-word.js';

/** What a model may be called by, for hints. */
export const FORMS =
  'A model is a name, a path, hf:owner/repo:Q4_K_M, hf:owner/repo/file.gguf, ollama:name:tag, oci:host/name:tag, or an https:// URL.';

/** More than any reference has: a path of Linux's longest, and its prefix. */
export const MAX_REFERENCE_LENGTH = 4200;

/** An error about a reference that is of no form. */
export function badReference(message: string, hint = FORMS): ZosiaError {
  return new ZosiaError('ZOSIA_REFERENCE_INVALID', message, { hint });
}

/** A name or a reference, as messages show it: of a URL nothing that may be secret. */
export function shownReference(text: string): string {
  if (!text.includes('://')) return shownText(text);
  if (URL.canParse(text)) return shownUrl(new URL(text));
  return shownText(text.replace(/:\/\/[^/]*@/, '://').replace(/[?#].*$/s, ''));
}

/**
 * A name or a reference as a word of a command that a message proposes: whole, since a shortened one names nothing;
 * of a URL nothing that may be secret.
 */
export function referenceWord(text: string): string {
  const isUrl = text.includes('://');
  return shellPath(isUrl ? shownReference(text) : escapeName(new TextEncoder().encode(text)));
}

/** Whether a path is relative, goes nowhere but down, and has a name at each step. */
export function isPlainPath(path: string): boolean {
  return path
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\\'));
}

/** Endings of files that hold a model: a GGUF, or a checkpoint of llama2.c. */
export const MODEL_FILE = /\.(?:gguf|bin)$/i;

/** Whether a host is this one, whom plain http is safe with. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
