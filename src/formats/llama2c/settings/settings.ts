/**
 * What `llama2.cfg` may say to the llama2 application; see {@link DEFAULT_EFI_SETTINGS} for what holds else.
 * What is not said has no key, so that settings can be laid over one another.
 */
export interface EfiSettings {
  /** Path of the checkpoint from the root of the disk, with slashes. */
  readonly model?: string;
  /** Path of the tokenizer, likewise. */
  readonly tokenizer?: string;
  /** Text to go on from. */
  readonly prompt?: string;
  /**
   * Text with `{prompt}` in it once: what stands round every prompt that is not empty. `chat` has its own.
   */
  readonly template?: string;
  /** Positions to run, those of the prompt and its template included; 0 for the whole context. */
  readonly steps?: number;
  /** Temperature of sampling, 0 to 100; 0 always takes the likeliest token. */
  readonly temp?: number;
  /** 0 to 1: the likeliest tokens that together exceed it are considered; 0 and 1 consider all. */
  readonly topP?: number;
  /** 64 bits, and so no plain number; 0 takes a seed from the clock. */
  readonly seed?: bigint;
  /** Whether to ask for texts on the console. */
  readonly interactive?: boolean;
  /** Whether to switch the machine off at the end, instead of waiting for a key. */
  readonly poweroff?: boolean;
  /** `chat` is for Llama 2's chat models. */
  readonly mode?: 'generate' | 'chat';
  /** `serial` also sends the text to the serial port, for a program that reads along. */
  readonly answer?: 'console' | 'serial';
}

/** The settings of a disk without a `llama2.cfg`: guest/efi/model/settings.c, settings_defaults. */
export const DEFAULT_EFI_SETTINGS: Required<EfiSettings> = {
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
