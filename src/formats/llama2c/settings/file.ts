import { Buffer } from 'buffer';
import { ZosiaError } from '../../../errors.js';
import { SETTING_FORMS, SETTING_KEYS } from './forms.js';
import type { SettingValue } from './forms.js';
import { DEFAULT_EFI_SETTINGS } from './settings.js';
import type { EfiSettings } from './settings.js';

/** Where the application looks for its settings. */
export const SETTINGS_PATH = '/llama2.cfg';

/** The application reads no larger file. */
export const MAX_SETTINGS_BYTES = 1 << 20;

/**
 * The text of a `llama2.cfg`: a line for each setting that is given. guest/efi/README.md describes it.
 *
 * @throws ZosiaError `ZOSIA_EFI_BAD_SETTING`
 */
export function formatSettings(settings: EfiSettings): string {
  const fault = faultOfForms(settings);
  if (fault !== undefined) {
    throw new ZosiaError('ZOSIA_EFI_BAD_SETTING', fault, {
      hint: 'Leave out what contradicts the rest, or give what is missing.',
    });
  }
  const text = SETTING_KEYS.map((key) => formatLine(key, settings[key])).join('');
  if (Buffer.byteLength(text) <= MAX_SETTINGS_BYTES) return text;
  throw new ZosiaError('ZOSIA_EFI_BAD_SETTING', 'the texts are too long for llama2.cfg', {
    hint: `The file has at most ${MAX_SETTINGS_BYTES} bytes.`,
  });
}

function formatLine(key: keyof EfiSettings, value: EfiSettings[typeof key]): string {
  if (value === undefined) return '';
  const { name, expected, format, mostLines } = SETTING_FORMS[key];
  const values = Array.isArray(value) ? (value as readonly string[]) : [value as SettingValue];
  if (values.length > (mostLines ?? 1)) {
    throw badSetting(`there are ${values.length} of ${name}`, `${mostLines} are the most`);
  }
  return values
    .map((each) => {
      const text = format(each);
      if (text !== undefined) return `${name}=${text}\n`;
      const shown = JSON.stringify(String(each).slice(0, 60));
      throw badSetting(`${name} cannot be ${shown}`, `It has to be ${expected}`);
    })
    .join('');
}

const badSetting = (message: string, hint: string): ZosiaError =>
  new ZosiaError('ZOSIA_EFI_BAD_SETTING', message, { hint: `${hint}.` });

/**
 * Reads a `llama2.cfg` as the application does (guest/engine/settings/settings.c), but stops at the first bad
 * line. What the file leaves out is left out.
 *
 * @throws ZosiaError `ZOSIA_EFI_BAD_SETTINGS_FILE`, with the number of the line, if it is one that is bad
 */
export function parseSettings(text: string): EfiSettings {
  const settings: Partial<Record<keyof EfiSettings, unknown>> = {};
  const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
  body.split('\n').forEach((line, i) => {
    const problem = parseLine(line.replace(/\r$/, ''), settings);
    if (problem !== undefined) throw badSettingsFile(`llama2.cfg, line ${i + 1}: ${problem}`);
  });
  const all = settings as EfiSettings;
  const fault = faultOfForms(all);
  if (fault !== undefined) throw badSettingsFile(`llama2.cfg: ${fault}`);
  return all;
}

/** Of the forms that a text can be put into, there may be one, and all of it. */
function faultOfForms(settings: EfiSettings): string | undefined {
  const { mode, template = DEFAULT_EFI_SETTINGS.template, system = '' } = settings;
  const turns = [settings.chatStart, settings.chatUserEnd, settings.chatNext];
  const place = [settings.chatSystemStart, settings.chatSystemEnd];
  const isGiven = (text: string | undefined): boolean => text !== undefined;
  const hasTemplate = template !== DEFAULT_EFI_SETTINGS.template;
  const hasMode = mode === 'chat';
  const hasPieces = [...turns, ...place].some(isGiven);
  if (hasMode && hasTemplate) return 'there is a template, and mode=chat has its own';
  if (hasPieces && (hasTemplate || hasMode)) {
    return 'there are pieces of a chat template, and another form of texts';
  }
  if (hasPieces && !turns.every(isGiven)) {
    return 'chat_start, chat_user_end and chat_next go together';
  }
  if (place.some(isGiven) && !place.every(isGiven)) {
    return 'chat_system_start and chat_system_end go together';
  }
  if (system !== '' && !place.some(isGiven)) return 'there is a system text, and no place for it';
  return undefined;
}

const BYTE_ORDER_MARK = '\ufeff';

const ESCAPES_ONLY = ', a backslash only in \\n, \\r, \\t or \\\\';

/** Returns what is wrong with the line, if anything is. */
function parseLine(
  line: string,
  settings: Partial<Record<keyof EfiSettings, unknown>>,
): string | undefined {
  if (line.includes('\0')) return 'it has a NUL byte';
  if (/^[ \t]*(#|$)/.test(line)) return undefined;
  const sign = line.indexOf('=');
  if (sign < 0) return `${quote(line)} is not of the form name=value`;
  const name = trim(line.slice(0, sign));
  const key = SETTING_KEYS.find((candidate) => SETTING_FORMS[candidate].name === name);
  if (key === undefined) return `there is no setting ${quote(name)}`;
  const { expected, isText, mostLines, parse } = SETTING_FORMS[key];
  if (key in settings && mostLines === undefined) return `${name} is given a second time`;
  const raw = line.slice(sign + 1);
  const value = parse(isText ? raw : trim(raw));
  if (value === undefined) return `${name} must be ${expected}${isText ? ESCAPES_ONLY : ''}`;
  if (mostLines === undefined) {
    settings[key] = value;
    return undefined;
  }
  const others = (settings[key] ?? []) as readonly unknown[];
  if (others.length === mostLines) return `${name} is given more than ${mostLines} times`;
  settings[key] = [...others, value];
  return undefined;
}

/** Without a regular expression: those look for the blanks at the end again from each blank on. */
function trim(text: string): string {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 60));

/** The error for a `llama2.cfg` that cannot be used. */
export function badSettingsFile(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_EFI_BAD_SETTINGS_FILE', message, {
    hint: 'Correct the file on the disk, or write the disk again with zosia image efi.',
  });
}
