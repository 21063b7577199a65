import { ZosiaError } from '../../errors.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import type { ChatPieces } from '../chat-pieces/pieces.js';
import type { TakenApart } from '../chat-pieces/take-apart.js';

const PROMPT_PLACE = '{prompt}';

/**
 * The settings that make the EFI machine talk by a chat template.
 *
 * @param system text that stands before the conversation
 * @throws ZosiaError `ZOSIA_TEMPLATE_WITHOUT_SYSTEM` for a system text that the template has no place for,
 *   `ZOSIA_TEMPLATE_NOT_PIECES`
 */
export function chatSettings(
  { pieces, whyNoSystem, trims }: TakenApart,
  system?: string,
): EfiSettings {
  if (system !== undefined && !pieces.system) {
    throw new ZosiaError(
      'ZOSIA_TEMPLATE_WITHOUT_SYSTEM',
      `the model's chat template has no place for a system text: ${whyNoSystem}`,
      { hint: 'Say it in the first text of the conversation.' },
    );
  }
  const text = trims.has('system') ? system?.trim() : system;
  const { start, userEnd, next } = pieces;
  const trimming = trims.has('user') ? { chatTrimsUser: true } : {};
  if (next === undefined) return { template: singleTurnForm(pieces, text), ...trimming };
  return {
    ...(text === undefined ? {} : { system: text }),
    chatStart: start,
    chatUserEnd: userEnd,
    chatNext: next,
    ...trimming,
    ...(pieces.system && {
      chatSystemStart: pieces.system.start,
      chatSystemEnd: pieces.system.end,
      ...(trims.has('system') ? { chatTrimsSystem: true } : {}),
    }),
  };
}

/** What stands round every text where none knows of those before it. */
function singleTurnForm({ start, system, userEnd }: ChatPieces, text: string | undefined): string {
  const head = text === undefined || !system ? start : system.start + text + system.end;
  const form = head + PROMPT_PLACE + userEnd;
  if (form.split(PROMPT_PLACE).length === 2) return form;
  throw new ZosiaError(
    'ZOSIA_TEMPLATE_NOT_PIECES',
    `the model's chat template, or the system text, has ${PROMPT_PLACE} in it`,
    {
      hint: 'The Linux machine, as zosia up starts it without --machine efi, renders any template.',
    },
  );
}
