import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { SETTING_FORMS } from '../../formats/llama2c/settings/forms.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** What is also asked for where a disk is run. */
export const TEMPLATE_OPTION = [
  'template',
  '--template <text>',
  'what stands round each prompt, as in "Q: {prompt} A:"; {prompt} alone: nothing',
] as const;

/** What every machine is asked. */
export const SEED_OPTION = [
  'seed',
  '--seed <n>',
  'seed of sampling: the same text again; 0 takes a new one',
] as const;

export const TOP_P_OPTION = [
  'topP',
  '--top-p <p>',
  'consider the likeliest tokens up to this sum; 1 considers all',
] as const;

/** Settings that have an option; the others are decided by what the disk is for. */
const OPTIONS = [
  ['prompt', '--prompt <text>', 'text to go on from'],
  TEMPLATE_OPTION,
  [
    'steps',
    '--steps <n>',
    'of a checkpoint: tokens to run, those of the prompt and template included; 0: the whole context',
  ],
  ['temp', '--temp <t>', 'temperature of sampling; 0 always takes the likeliest token'],
  TOP_P_OPTION,
  SEED_OPTION,
  ['interactive', '--interactive', 'ask for texts on the console'],
  ['poweroff', '--poweroff', 'switch the machine off at the end, instead of waiting for a key'],
  ['mode', '--mode <mode>', "of a checkpoint: generate, or chat for Llama 2's chat models"],
] as const satisfies readonly (readonly [keyof EfiSettings, string, string])[];

/** The attributes that the options give a command's flags. */
export const EFI_SETTINGS_FLAGS: readonly string[] = OPTIONS.map(([key]) => key);

/** Adds the options that become `llama2.cfg`. */
export function addEfiSettingsOptions(command: Command): Command {
  for (const [key, flags, description] of OPTIONS) {
    command.addOption(efiSettingOption(key, flags, description));
  }
  return command;
}

/** An option that becomes a setting, with the bounds that `llama2.cfg` has. */
export function efiSettingOption(
  key: keyof EfiSettings,
  flags: string,
  description: string,
): Option {
  const option = new Option(flags, description);
  if (option.isBoolean()) return option;
  const { expected, isText, format, parse } = SETTING_FORMS[key];
  return option.argParser((text: string) => {
    // The text of an option has no escapes, as the file's text has.
    const value = isText ? (format(text) === undefined ? undefined : text) : parse(text);
    if (value === undefined) throw new InvalidArgumentError(`Give ${expected}.`);
    return value;
  });
}

/** The settings among a command's flags: those that were given. */
export function efiSettings(flags: EfiSettings): EfiSettings {
  const given = OPTIONS.map(([key]) => [key, flags[key]]).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given) as EfiSettings;
}
