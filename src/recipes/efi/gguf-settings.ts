import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import {
  DEFAULT_EFI_SETTINGS,
  MODEL_IN_PARTITIONS,
  overrideSettings,
} from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { takeTemplateApart } from '../chat-pieces/take-apart.js';
import type { TakenApart } from '../chat-pieces/take-apart.js';
import { templateOfGguf } from '../chat-pieces/gguf-template.js';
import { chatSettings } from './chat-settings.js';
import { refuseCheckpointSettings } from './checkpoint-settings.js';
import type { EfiGguf } from './gguf-model.js';

/**
 * What `llama2.cfg` says on the disk of a GGUF: what is the model's, and what is asked for in its place.
 *
 * @throws ZosiaError `ZOSIA_EFI_BAD_SETTING` for what only checkpoints have
 */
export function ggufDiskSettings(model: EfiGguf, asked: EfiSettings = {}): EfiSettings {
  refuseCheckpointSettings(asked);
  const { interactive, poweroff, answer, prompt, seed } = DEFAULT_EFI_SETTINGS;
  const all = { prompt, seed, interactive, poweroff, answer, ...model.settings };
  const context = model.contextTokens;
  return { ...overrideSettings(all, asked), context, model: modelSetting(model) };
}

const modelSetting = ({ placement, parts }: Pick<EfiGguf, 'placement' | 'parts'>): string =>
  placement === 'partition' ? MODEL_IN_PARTITIONS : parts[0]!.fileName;

/** A chat template in place of the model's; null for none. */
export type TemplateChoice = string | null | undefined;

/**
 * Takes a model's chat template apart.
 *
 * @param template instead of the model's own; null for none
 * @returns undefined where there is none
 * @throws ZosiaError as `templateOfGguf` and `takeTemplateApart`
 */
export async function takeGgufTemplateApart(
  model: Pick<EfiGguf, 'metadata'>,
  template: TemplateChoice,
  signal?: AbortSignal,
): Promise<TakenApart | undefined> {
  const source = template === null ? undefined : templateOfGguf(model, template);
  return source && takeTemplateApart(source, { signal });
}

/**
 * What makes the machine talk by a model's chat template.
 *
 * @param template undefined for none, so that a text is gone on from
 * @param system what is asked for to stand before the conversation
 * @throws ZosiaError `ZOSIA_EFI_BAD_SETTING` for a system text without a template; as `chatSettings`
 */
export function ggufChatSettings(
  model: Pick<EfiGguf, 'name'>,
  template: TakenApart | undefined,
  system?: string,
): EfiSettings {
  if (template) return chatSettings(template, system);
  if (system === undefined) return {};
  throw new ZosiaError(
    'ZOSIA_EFI_BAD_SETTING',
    `${model.name} is run without a chat template, and so there is no conversation for a system text`,
    {
      hint: wording`Leave ${option('system')} out, or give a template: ${option('chatTemplate', 'FILE')}.`,
    },
  );
}
