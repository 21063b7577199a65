import { EMBEDDED_MODEL_NAME } from '../../recipes/embedded-model.js';
import { variable } from '../environment.js';
import { fittingHint, inWords, wordFor } from './option-words.js';
import type { WordFor } from '../../wording.js';
import { printableJson, printableLines } from './printable.js';
import { writeStdout } from './stdout.js';
import { ZosiaError } from '../../errors.js';
import { explainSystemError } from '../../host/system-errors.js';

/** Says which model is used when none is named. `example` names another one. */
export function embeddedModelNotice(example: string): string {
  return `No model is named: using the built-in ${EMBEDDED_MODEL_NAME}. Another one: ${example}`;
}

/** A noun's plural: `directories`, `files`. */
export function pluralOf(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** A number of things: `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : pluralOf(noun)}`;
}

export { formatBytes } from './format-bytes.js';

/**
 * Prints a line, or several, of a result to stdout. It need not be waited for: `main` does in the end,
 * and tells when stdout did not take it.
 */
export const print = (text: string): void => {
  write(`${printableLines(text)}\n`);
};

/** Results go to stdout, messages to stderr. */
export const say = (text: string): void => {
  writeStderr(printableLines(text));
};

/** A result as JSON, on stdout, for programs. */
export const printJson = (value: unknown): void => {
  write(`${printableJson(JSON.stringify(value, null, 2))}\n`);
};

const write = (text: string): void => void writeStdout(text).catch(() => undefined);

let prepareStderr: (() => void) | undefined;

/** Has something done before each message: what is drawn on stderr gives way to it. */
export function beforeStderr(prepare: (() => void) | undefined): void {
  prepareStderr = prepare;
}

function writeStderr(text: string): void {
  prepareStderr?.();
  process.stderr.write(`${text}\n`);
}

/** Exit statuses of the command line. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const useColour = (): boolean => process.stderr.isTTY && !noColour() && variable('TERM') !== 'dumb';

/** Whether the user wants no colours (https://no-color.org: the variable is set, and not to nothing). */
export const noColour = (): boolean => variable('NO_COLOR') !== undefined;

/** Wraps text in an SGR code when stderr is a terminal and colour is welcome. */
function paint(code: number, text: string): string {
  return useColour() ? `\u001b[${code}m${text}\u001b[0m` : text;
}

export const warn = (message: string): void => {
  writeStderr(`${paint(33, 'warning:')} ${printableLines(message)}`);
};

/**
 * Prints an error the way a person wants it: what is wrong, then what to do.
 *
 * @param word what the command that failed calls its options
 */
export function sayError(
  thrown: unknown,
  debug: boolean,
  word: WordFor = wordFor(undefined),
): void {
  const error = explainSystemError(thrown) ?? thrown;
  const labelled = (code: number, label: string, text: string): void => {
    writeStderr(`${paint(code, label)} ${printableLines(text)}`);
  };
  if (error instanceof ZosiaError) {
    const { message, hints } = error.texts;
    labelled(31, 'error:', inWords(message, word));
    const hint = fittingHint(hints, word);
    if (hint !== undefined) labelled(36, 'hint: ', hint);
    if (debug) say(`code:  ${error.code}\n${error.stack ?? ''}`);
    if (debug && error.cause instanceof Error)
      say(`cause: ${error.cause.stack ?? error.cause.message}`);
    return;
  }
  labelled(31, 'error:', error instanceof Error ? error.message : String(error));
  if (debug && error instanceof Error) say(error.stack ?? '');
  else labelled(36, 'hint: ', 'This is a defect of zosia. Run again with --debug and report it.');
}
