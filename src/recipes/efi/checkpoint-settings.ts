import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { SETTING_FORMS } from '../../formats/llama2c/settings/forms.js';
import {
  DEFAULT_EFI_SETTINGS,
  GGUF_SETTING_KEYS,
} from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';

/** What only a checkpoint of llama2.c has. */
const CHECKPOINT_SETTING_KEYS = ['tokenizer', 'steps', 'mode'] as const;

/** @throws ZosiaError `ZOSIA_EFI_BAD_SETTING` */
export function refuseCheckpointSettings(asked: EfiSettings): void {
  const key = CHECKPOINT_SETTING_KEYS.find((each) => isSaid(asked, each));
  if (key === undefined) return;
  const { name } = SETTING_FORMS[key];
  throw new ZosiaError(
    'ZOSIA_EFI_BAD_SETTING',
    `${name} is of llama2.c checkpoints, and the model is a GGUF`,
    {
      hint: [
        wording`A GGUF has a tokenizer and a chat template of its own; ${option('tokens')} is how many tokens it generates.`,
        'A GGUF has a tokenizer and a chat template of its own.',
      ],
    },
  );
}

/** What says the same as leaving it out is no wish. */
function isSaid(asked: EfiSettings, key: (typeof CHECKPOINT_SETTING_KEYS)[number]): boolean {
  const value = asked[key];
  if (value === undefined) return false;
  return key !== 'mode' || value !== DEFAULT_EFI_SETTINGS[key];
}

/** @throws ZosiaError `ZOSIA_EFI_BAD_SETTING` for what only a GGUF has */
export function refuseGgufSettings(asked: EfiSettings): void {
  const key = GGUF_SETTING_KEYS.find((each) => asked[each] !== undefined);
  if (key === undefined) return;
  throw new ZosiaError(
    'ZOSIA_EFI_BAD_SETTING',
    `${SETTING_FORMS[key].name} is of GGUFs, and the model is a llama2.c checkpoint`,
    { hint: 'Name a GGUF, or leave that out.' },
  );
}
