import type { Command } from 'commander';
import { originOf } from '../variable-option.js';
import type { OptionName, Text, WordFor } from '../../wording.js';

/** Options of the library whose flags have other names. */
const FLAGS: Readonly<Record<string, string>> = {
  ramMiB: 'ram',
  cpus: 'smp',
  cpuModel: 'cpu',
  window: 'display',
  contextTokens: 'ctx',
  sizeBytes: 'size',
  projector: 'mmproj',
  adapters: 'lora',
  extras: 'add',
  updateLock: 'update',
  publicKey: 'key',
};

/** Options of the library that have a variable, but no flag. */
const VARIABLES: Readonly<Record<string, string>> = {
  cacheDir: 'ZOSIA_CACHE',
  hubToken: 'HF_TOKEN',
  hubUrl: 'HF_ENDPOINT',
};

/** How messages call the options of the command that ran: by their flags, or the variables they came from. */
export function wordFor(command: Command | undefined): WordFor {
  return ({ name, value }: OptionName) => {
    const origin =
      VARIABLES[name] ?? (command ? originOf(command, FLAGS[name] ?? name) : undefined);
    if (origin === undefined || value === undefined) return origin;
    return origin.startsWith('-') ? `${origin} ${value}` : `${origin}=${value}`;
  };
}

/** A text in the words of the command that ran. */
export const inWords = (text: Text, word: WordFor): string =>
  typeof text === 'string' ? text : text.in(word);

/**
 * What to do: the first hint that speaks of no option which the command lacks. What found the mistake does
 * not know for which command it worked.
 *
 * @param hints the best one first
 */
export function fittingHint(hints: readonly Text[], word: WordFor): string | undefined {
  const found = hints.find(
    (hint) =>
      typeof hint === 'string' || hint.options.every((option) => word(option) !== undefined),
  );
  return found === undefined ? undefined : inWords(found, word);
}
