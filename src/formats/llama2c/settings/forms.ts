import { Buffer } from 'buffer';
import { MAX_STOPS } from './settings.js';
import type { EfiSettings } from './settings.js';

/** A value, or one of a list. */
export type SettingValue = string | number | bigint | boolean;

/** How `llama2.cfg` has a setting; the same bounds as in guest/engine/settings/settings.c. */
export interface SettingForm {
  /** Its name in the file. */
  readonly name: string;
  /** What a value has to be, for messages: `steps must be ...`. */
  readonly expected: string;
  /** Whether the value is text with escapes, whose blanks count. */
  readonly isText?: true | undefined;
  /** How many lines may give it, each a further value of a list; undefined for one line, which gives the value. */
  readonly mostLines?: number | undefined;
  /** The value as text; undefined for one that the application would refuse. */
  readonly format: (value: SettingValue) => string | undefined;
  /** The value that a text stands for; undefined for one that the application would refuse. */
  readonly parse: (text: string) => SettingValue | undefined;
}

const MAX_WHOLE = 2 ** 31 - 1;
const MAX_SEED = 2n ** 64n - 1n;

/** What is above is as good as infinity. */
export const MAX_TEMPERATURE = 100;

/** In the order in which the file has them. */
export const SETTING_FORMS: Readonly<Record<keyof EfiSettings, SettingForm>> = {
  model: pathForm('model'),
  tokenizer: pathForm('tokenizer'),
  prompt: textForm('prompt', 'text'),
  template: textForm('template', 'text with {prompt} in it once', hasOnePrompt),
  system: textForm('system', 'text'),
  chatStart: textForm('chat_start', 'text'),
  chatSystemStart: textForm('chat_system_start', 'text'),
  chatSystemEnd: textForm('chat_system_end', 'text'),
  chatUserEnd: textForm('chat_user_end', 'text'),
  chatNext: textForm('chat_next', 'text'),
  chatTrimsUser: switchForm('chat_trims_user'),
  chatTrimsSystem: switchForm('chat_trims_system'),
  stop: { ...textForm('stop', 'text, not empty', (text) => text !== ''), mostLines: MAX_STOPS },
  steps: wholeForm('steps'),
  predict: wholeForm('predict'),
  context: wholeForm('context'),
  temp: decimalForm('temp', 0, MAX_TEMPERATURE),
  topP: decimalForm('top_p', 0, 1),
  topK: wholeForm('top_k'),
  minP: decimalForm('min_p', 0, 1),
  repeatPenalty: decimalForm('repeat_penalty', 0.5, 100),
  repeatLastN: wholeForm('repeat_last_n'),
  seed: form<bigint>('seed', 'a whole number of up to 64 bits', {
    isValid: (seed) => seed >= 0n && seed <= MAX_SEED,
    format: String,
    parse: (text) => (/^\d+$/.test(text) ? BigInt(text) : undefined),
  }),
  interactive: switchForm('interactive'),
  poweroff: switchForm('poweroff'),
  mode: choiceForm('mode', ['generate', 'chat']),
  answer: choiceForm('answer', ['console', 'serial']),
};

export const SETTING_KEYS = Object.keys(SETTING_FORMS) as (keyof EfiSettings)[];

function form<T extends SettingValue>(
  name: string,
  expected: string,
  {
    isValid,
    format,
    parse,
  }: {
    readonly isValid: (value: T) => boolean;
    readonly format: (value: T) => string;
    readonly parse: (text: string) => T | undefined;
  },
): SettingForm {
  return {
    name,
    expected,
    format: (value) => (isValid(value as T) ? format(value as T) : undefined),
    parse: (text) => {
      const value = parse(text);
      return value !== undefined && isValid(value) ? value : undefined;
    },
  };
}

/** The place of the prompt in a template. */
const PROMPT_PLACE = '{prompt}';

function hasOnePrompt(template: string): boolean {
  return template.split(PROMPT_PLACE).length === 2;
}

/** What a template adds to a prompt. */
export function templateBytes(template: string): number {
  return Buffer.byteLength(template) - PROMPT_PLACE.length;
}

function textForm(
  name: string,
  what: string,
  isValid: (text: string) => boolean = () => true,
): SettingForm {
  return {
    ...form<string>(name, `${what}, without NUL`, {
      isValid: (text) => !/\0|\p{Cs}/u.test(text) && isValid(text),
      format: escape,
      parse: unescape,
    }),
    isText: true,
  };
}

/** Blanks at its ends would be lost, and at a line's end it could not go on. */
function pathForm(name: string): SettingForm {
  return form<string>(name, 'the name of a file on the disk', {
    isValid: (path) => !/^$|^[ \t]|[ \t]$|[\0\r\n]|\p{Cs}/u.test(path),
    format: String,
    parse: String,
  });
}

function wholeForm(name: string): SettingForm {
  return form<number>(name, `a whole number from 0 to ${MAX_WHOLE}`, {
    isValid: (value) => Number.isInteger(value) && value >= 0 && value <= MAX_WHOLE,
    format: String,
    parse: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
  });
}

function decimalForm(name: string, least: number, most: number): SettingForm {
  return form<number>(name, `a number from ${least} to ${most}`, {
    isValid: (value) => value >= least && value <= most,
    format: plainDecimal,
    parse: (text) => (/^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined),
  });
}

function switchForm(name: string): SettingForm {
  return form<boolean>(name, '0 or 1', {
    isValid: (value) => typeof value === 'boolean',
    format: (value) => (value ? '1' : '0'),
    parse: (text) => (text === '0' || text === '1' ? text === '1' : undefined),
  });
}

function choiceForm(name: string, choices: readonly string[]): SettingForm {
  return form<string>(name, choices.join(' or '), {
    isValid: (value) => choices.includes(value),
    format: String,
    parse: (text) => choices.find((choice) => choice === text),
  });
}

/** All digits of a number that is not below zero: the application knows no exponents. */
function plainDecimal(value: number): string {
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const places = Number(exponent);
  if (places >= 0) return String(value);
  return `0.${'0'.repeat(-places - 1)}${digits.replace('.', '')}`;
}

const ESCAPES: readonly (readonly [character: string, letter: string])[] = [
  ['\\', '\\'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
];

function escape(text: string): string {
  const letters = new Map(ESCAPES);
  return text.replace(/[\\\n\r\t]/g, (character) => `\\${letters.get(character)!}`);
}

function unescape(text: string): string | undefined {
  if (!/^(?:[^\\]|\\[\\nrt])*$/.test(text)) return undefined;
  const characters = new Map(ESCAPES.map(([character, letter]) => [letter, character]));
  return text.replace(/\\(.)/g, (_, letter: string) => characters.get(letter)!);
}
