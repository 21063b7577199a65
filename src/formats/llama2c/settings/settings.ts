/**
 * What `llama2.cfg` may say to the llama2 application; see {@link DEFAULT_EFI_SETTINGS} for what holds else.
 * What is undefined is not said. {@link overrideSettings} lays settings over one another.
 */
export interface EfiSettings {
  /** Path of the checkpoint from the root of the disk, with slashes. */
  readonly model?: string | undefined;
  /** Path of the tokenizer, likewise. */
  readonly tokenizer?: string | undefined;
  /** Text to go on from. */
  readonly prompt?: string | undefined;
  /**
   * Text with `{prompt}` in it once: what stands round every prompt that is not empty. `chat` has its own.
   */
  readonly template?: string | undefined;
  /** Positions to run, those of the prompt and its template included; 0 for the whole context. */
  readonly steps?: number | undefined;
  /** Temperature of sampling, 0 to 100; 0 always takes the likeliest token. */
  readonly temp?: number | undefined;
  /** 0 to 1: the likeliest tokens that together exceed it are considered; 0 and 1 consider all. */
  readonly topP?: number | undefined;
  /** 64 bits, and so no plain number; 0 takes a seed from the clock. */
  readonly seed?: bigint | undefined;
  /** Whether to ask for texts on the console. */
  readonly interactive?: boolean | undefined;
  /** Whether to switch the machine off at the end, instead of waiting for a key. */
  readonly poweroff?: boolean | undefined;
  /** `chat` is for Llama 2's chat models. */
  readonly mode?: 'generate' | 'chat' | undefined;
  /** `serial` also sends the text to the serial port, for a program that reads along. */
  readonly answer?: 'console' | 'serial' | undefined;
}

/** Settings that say everything. */
export type CompleteEfiSettings = {
  readonly [Key in keyof EfiSettings]-?: Exclude<EfiSettings[Key], undefined>;
};

/** The settings of a disk without a `llama2.cfg`: guest/efi/model/settings.c, settings_defaults. */
export const DEFAULT_EFI_SETTINGS: CompleteEfiSettings = {
  model: 'stories15M.bin',
  tokenizer: 'tokenizer.bin',
  prompt: '',
  template: '{prompt}',
  steps: 256,
  temp: 1,
  topP: 0.9,
  seed: 0n,
  interactive: false,
  poweroff: false,
  mode: 'generate',
  answer: 'console',
};

/** Settings with others in place of some of them: what `changes` leaves undefined stays as it is. */
export function overrideSettings(
  settings: CompleteEfiSettings,
  changes: EfiSettings | undefined,
): CompleteEfiSettings;
export function overrideSettings(
  settings: EfiSettings | undefined,
  changes: EfiSettings | undefined,
): EfiSettings;
export function overrideSettings(
  settings: EfiSettings = {},
  changes: EfiSettings = {},
): EfiSettings {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(given) };
}
