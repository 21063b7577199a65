import { Option } from 'commander';
import type { Command } from 'commander';
import { efiSettingOption } from './efi-settings.js';
import { addConversationOptions, addSystemOptions, systemOption } from './text.js';
import { mayBeEmpty } from '../help.js';
import { wholeNumber } from './values.js';
import type { ModelPlacement } from '../../recipes/efi/gguf-model.js';

/** What only the EFI machine is told of a GGUF. */
export interface EfiGgufFlags {
  modelAs?: ModelPlacement | undefined;
  repeatPenalty?: number | undefined;
}

export function addEfiGgufOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--model-as <kind>',
        'a GGUF as a file in FAT, or as a partition of its own; a partition from 4 GiB on, unless given',
      ).choices(['file', 'partition']),
    )
    .addOption(repeatPenaltyOption());
}

const repeatPenaltyOption = (): Option =>
  efiSettingOption(
    'repeatPenalty',
    '--repeat-penalty <x>',
    'of a GGUF: make tokens that were there x times less likely; 1 unless given',
  );

/** The attributes that {@link addGgufTextOptions} gives a command's flags. */
export const GGUF_TEXT_FLAGS: readonly string[] = 'tokens ctx system chatTemplate topK minP'.split(
  ' ',
);

/** What a GGUF is asked, with the words of the commands that start a machine. */
export function addGgufTextOptions(command: Command): Command {
  command
    .option('-n, --tokens <n>', 'of a GGUF: generate at most this many tokens', wholeNumber(1))
    .addOption(contextOption());
  return addConversationOptions(command);
}

const contextOption = (): Option =>
  new Option(
    '-c, --ctx <n>',
    'of a GGUF: length of the context in tokens; up to 4096 unless given',
  ).argParser(wholeNumber(1));

/**
 * What the GGUF of a disk is asked in one run. Its chat template was taken apart when the disk was made. An empty
 * system text takes that of the disk away.
 */
export function addGgufRunOptions(command: Command): Command {
  const withContext = command.addOption(contextOption());
  return addSystemOptions(withContext, mayBeEmpty(systemOption())).addOption(repeatPenaltyOption());
}
