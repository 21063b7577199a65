/**
 * What `llama2.cfg` may say to the llama2 application; see {@link DEFAULT_EFI_SETTINGS} for what holds else.
 * What is undefined is not said. {@link overrideSettings} lays settings over one another.
 */
export interface EfiSettings {
  /**
   * Path of the GGUF or checkpoint from the root of the disk, with slashes; or {@link MODEL_IN_PARTITIONS}: the
   * partitions of the GGUF's type are it.
   */
  readonly model?: string | undefined;
  /** Path of the tokenizer, likewise. */
  readonly tokenizer?: string | undefined;
  /** Text to go on from. */
  readonly prompt?: string | undefined;
  /**
   * Text with `{prompt}` in it once: what stands round every prompt that is not empty. `chat` has its own.
   */
  readonly template?: string | undefined;
  /** Text that stands before a conversation; needs the pieces of a chat template that has a place for it. */
  readonly system?: string | undefined;
  /**
   * What a chat template puts before the first text of the user, where there is no system text. With
   * `chatUserEnd` and `chatNext` it makes conversations of texts; without them texts are gone on from.
   */
  readonly chatStart?: string | undefined;
  /** What it puts before a system text. */
  readonly chatSystemStart?: string | undefined;
  /** What it puts between a system text and the first text of the user. */
  readonly chatSystemEnd?: string | undefined;
  /** What it puts after a text of the user, for the model to answer. */
  readonly chatUserEnd?: string | undefined;
  /** What it puts between an answer and the next text of the user. */
  readonly chatNext?: string | undefined;
  /** Whether texts of the user lose the blanks at their ends, as a chat template may want it. */
  readonly chatTrimsUser?: boolean | undefined;
  /** Whether a system text does. */
  readonly chatTrimsSystem?: boolean | undefined;
  /** Texts that end an answer, at most {@link MAX_STOPS}. */
  readonly stop?: readonly string[] | undefined;
  /** Positions to run, those of the prompt and its template included; 0 for the whole context. */
  readonly steps?: number | undefined;
  /** Tokens to generate with a GGUF, to which `steps` means nothing; 0 goes on until the model ends its text. */
  readonly predict?: number | undefined;
  /** Positions that there is memory for; 0 for what the model was trained for, at most 4096. */
  readonly context?: number | undefined;
  /** Temperature of sampling, 0 to 100; 0 always takes the likeliest token. */
  readonly temp?: number | undefined;
  /** 0 to 1: the likeliest tokens that together exceed it are considered; 0 and 1 consider all. */
  readonly topP?: number | undefined;
  /** That many of the likeliest tokens are considered; 0 considers all. */
  readonly topK?: number | undefined;
  /** 0 to 1: tokens are considered that are at least so likely beside the likeliest; 0 considers all. */
  readonly minP?: number | undefined;
  /** 0.5 to 100: what makes tokens less likely that have just been; 1 leaves them alone. */
  readonly repeatPenalty?: number | undefined;
  /** How many tokens have just been. */
  readonly repeatLastN?: number | undefined;
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

/** The file may give so many stop strings: guest/engine/settings/settings.h. */
export const MAX_STOPS = 8;

/** The settings that each disk's file gives; the others are left out where they are not asked for. */
type AlwaysGiven =
  | 'model'
  | 'tokenizer'
  | 'prompt'
  | 'template'
  | 'steps'
  | 'temp'
  | 'topP'
  | 'seed'
  | 'interactive'
  | 'poweroff'
  | 'mode'
  | 'answer';

/** Settings that say all that a disk's file gives. */
export type CompleteEfiSettings = Omit<EfiSettings, AlwaysGiven> & {
  readonly [Key in AlwaysGiven]-?: Exclude<EfiSettings[Key], undefined>;
};

/** What `model` says where the GGUF is in partitions. */
export const MODEL_IN_PARTITIONS = 'partition';

/** What makes conversations of texts; a template for single texts takes its place. */
export const CONVERSATION_KEYS = [
  'system',
  'chatStart',
  'chatSystemStart',
  'chatSystemEnd',
  'chatUserEnd',
  'chatNext',
  'chatTrimsUser',
  'chatTrimsSystem',
] as const satisfies readonly (keyof EfiSettings)[];

/** Settings that only a GGUF has. */
export const GGUF_SETTING_KEYS = [
  'predict',
  ...CONVERSATION_KEYS,
  'stop',
  'topK',
  'minP',
  'repeatPenalty',
  'repeatLastN',
  'context',
] as const satisfies readonly (keyof EfiSettings)[];

/**
 * The settings of a disk with a llama2.c checkpoint that has no `llama2.cfg`: guest/engine/settings/settings.c,
 * settings_defaults and settings_complete.
 */
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

/** What else holds where a file leaves it out, whatever the model is. */
export const DEFAULT_FURTHER_SETTINGS = {
  system: '',
  stop: [],
  context: 0,
  repeatPenalty: 1,
  repeatLastN: 64,
} as const satisfies EfiSettings;

/** How a llama2.c checkpoint is sampled unless the settings say otherwise: as run.c does. */
export const LLAMA2C_SAMPLING = {
  temp: DEFAULT_EFI_SETTINGS.temp,
  topP: DEFAULT_EFI_SETTINGS.topP,
  topK: 0,
  minP: 0,
} as const satisfies EfiSettings;

/** How a GGUF is sampled unless the settings say otherwise: as llama.cpp does, and so the Linux machine. */
export const GGUF_SAMPLING = {
  temp: 0.8,
  topP: 0.95,
  topK: 40,
  minP: 0.05,
} as const satisfies EfiSettings;

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
