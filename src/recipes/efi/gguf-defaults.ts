import type { GgufHeader } from '../../formats/gguf/reader.js';
import { SETTING_FORMS } from '../../formats/llama2c/settings/forms.js';
import {
  DEFAULT_FURTHER_SETTINGS,
  GGUF_SAMPLING,
} from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

const { repeatPenalty, repeatLastN } = DEFAULT_FURTHER_SETTINGS;

/** Where a model says nothing of that itself. */
const DEFAULTS = { ...GGUF_SAMPLING, repeatPenalty, repeatLastN } as const satisfies EfiSettings;

/** What a model may say of that itself, by the keys that llama.cpp reads. */
const MODEL_KEYS = {
  temp: 'general.sampling.temp',
  topP: 'general.sampling.top_p',
  topK: 'general.sampling.top_k',
  minP: 'general.sampling.min_p',
  repeatPenalty: 'general.sampling.penalty_repeat',
  repeatLastN: 'general.sampling.penalty_last_n',
} as const satisfies Record<keyof typeof DEFAULTS, string>;

/** Decimal digits that a float32 keeps: a person wrote no more. */
const FLOAT32_DIGITS = 6;

/** How a GGUF is sampled unless its user says otherwise. */
export function ggufDefaults({ metadata }: Pick<GgufHeader, 'metadata'>): EfiSettings {
  const own = (key: keyof typeof MODEL_KEYS): EfiSettings => {
    const value = metadata.get(MODEL_KEYS[key]);
    if (typeof value !== 'number' || !Number.isFinite(value)) return {};
    const written = Number(value.toPrecision(FLOAT32_DIGITS));
    // What no setting can say is no wish that could be followed.
    return SETTING_FORMS[key].format(written) === undefined ? {} : { [key]: written };
  };
  const keys = Object.keys(MODEL_KEYS) as (keyof typeof MODEL_KEYS)[];
  return Object.assign({}, DEFAULTS, ...keys.map(own)) as EfiSettings;
}
