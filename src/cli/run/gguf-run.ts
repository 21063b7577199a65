import { say } from '../output/output.js';
import { ZosiaError } from '../../errors.js';
import { overrideSettings } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { cutContextNotes } from '../../prepare/efi-model.js';
import { refuseCheckpointSettings } from '../../recipes/efi/checkpoint-settings.js';
import type { EfiDiskNeeds } from '../../recipes/efi/disk-needs.js';
import { option, wording } from '../../wording.js';

/**
 * What a run asks of the GGUF on a disk, in the terms of a GGUF: as many tokens as it generates, and no longer a
 * context than it was trained for.
 *
 * @throws ZosiaError `ZOSIA_TEMPLATE_WITHOUT_SYSTEM` where the disk has no place for a system text; as
 *   `refuseCheckpointSettings`
 */
export function settingsOfGguf(
  { steps, ...asked }: EfiSettings,
  { contextTokens, settings }: Pick<EfiDiskNeeds, 'contextTokens' | 'settings'>,
  disk: string,
): EfiSettings {
  refuseCheckpointSettings(asked);
  const hasPlace = settings.chatSystemStart !== undefined && asked.template === undefined;
  if (asked.system && !hasPlace) throw noPlace(disk);
  if (asked.context === undefined || contextTokens === undefined) {
    return overrideSettings(asked, { predict: steps });
  }
  for (const note of cutContextNotes({ contextTokens }, asked.context)) say(`zosia: ${note}`);
  return overrideSettings(asked, { predict: steps, context: contextTokens });
}

const noPlace = (disk: string): ZosiaError =>
  new ZosiaError(
    'ZOSIA_TEMPLATE_WITHOUT_SYSTEM',
    `what stands round texts on ${disk} has no place for a system text`,
    {
      hint: wording`Say it in the first text. Where a chat template has a place for it, zosia image efi --model MODEL ${option('system', 'TEXT')} writes it on the disk; --chat-template FILE names another than the model's.`,
    },
  );
