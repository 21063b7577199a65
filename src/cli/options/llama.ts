import { InvalidArgumentError, Option } from 'commander';
import type { LlamaChoice } from '../../recipes/llama-folder.js';

export interface LlamaFlags {
  llama?: LlamaChoice | undefined;
}

/** `--llama`, of every command that may have to build the Linux guest. */
export const llamaOption = (): Option =>
  new Option(
    '--llama <from>',
    "packages, Debian's; built, by zosia build llama; or a folder of programs for the guest",
  )
    .argParser(llamaChoice)
    .default(undefined, 'packages');

/** Parses where llama.cpp is to come from; a folder named as one of the words is `./built`. */
export function llamaChoice(text: string): LlamaChoice {
  if (text === '') throw new InvalidArgumentError('Give packages, built or a folder.');
  if (text === 'packages' || text === 'built') return { kind: text };
  return { kind: 'folder', path: text };
}
