import type { GgufHeader } from '../../formats/gguf/reader.js';
import { SETTING_FORMS } from '../../formats/llama2c/settings/forms.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** What llama.cpp samples with unless it is told otherwise, and so what the Linux machine does. */
const LLAMA_CPP_SAMPLING = {
  temp: 0.8,
  topP: 0.95,
  topK: 40,
  minP: 0.05,
  repeatPenalty: 1,
  repeatLastN: 64,
} as const satisfies EfiSettings;

/** What a model may say of that itself, by the keys that llama.cpp reads. */
const MODEL_KEYS = {
  temp: 'general.sampling.temp',
  topP: 'general.sampling.top_p',
  topK: 'general.sampling.top_k',
  minP: 'general.sampling.min_p',
  repeatPenalty: 'general.sampling.penalty_repeat',
  repeatLastN: 'general.sampling.penalty_last_n',
} as const satisfies Record<keyof typeof LLAMA_CPP_SAMPLING, string>;

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
  return Object.assign({}, LLAMA_CPP_SAMPLING, ...keys.map(own)) as EfiSettings;
}
