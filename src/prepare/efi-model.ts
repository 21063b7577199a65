import { overrideSettings } from '../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../formats/llama2c/settings/settings.js';
import type { TakenApart } from '../recipes/chat-pieces/take-apart.js';
import { refuseCheckpointSettings } from '../recipes/efi/checkpoint-settings.js';
import { ggufChatSettings, takeGgufTemplateApart } from '../recipes/efi/gguf-settings.js';
import type { TemplateChoice } from '../recipes/efi/gguf-settings.js';
import { settingsTextBytes, textMemoryBytes } from '../recipes/efi/gguf-memory.js';
import { readEfiGguf } from '../recipes/efi/gguf-model.js';
import type { EfiGguf, ModelPlacement } from '../recipes/efi/gguf-model.js';
import { readEfiModel } from '../recipes/efi/model.js';
import type { EfiDiskModel } from '../recipes/efi/entries.js';
import type { CheckpointPaths } from '../recipes/embedded-checkpoint.js';
import type { ModelSearch } from '../recipes/find-model.js';

/** A GGUF for the EFI machine, by what it is called. */
export interface NamedGguf {
  /** A path, or a name; undefined is the built-in model. */
  readonly gguf: string | undefined;
  readonly search: ModelSearch;
  /** In FAT where it has room, unless given. */
  readonly placement?: ModelPlacement | undefined;
  /** Instead of the model's own; null for none. */
  readonly template?: TemplateChoice;
}

/** What is asked of the application, with the number of tokens as a user gives it. */
export interface EfiRequest extends EfiSettings {
  /** Tokens: of a GGUF those that are generated; of a checkpoint those of the prompt are among them. */
  readonly tokens?: number | undefined;
}

/** A model that was read, and what is asked of it. */
export interface AskedEfiModel {
  readonly model: EfiDiskModel;
  readonly settings: EfiSettings;
  /** What a user should know. */
  readonly notes: readonly string[];
  /** The chat template that it talks by, if it does. */
  readonly takenApart?: TakenApart | undefined;
}

export interface ReadModelOptions {
  /** Of an earlier reading of the same model: to take a chat template apart is work. */
  readonly takenApart?: TakenApart | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a model that was named, and says what is asked in the terms of its kind.
 *
 * @throws ZosiaError as `readEfiGguf`, `takeGgufTemplateApart`, `ggufChatSettings` and `readEfiModel`; the reason of
 *   `signal`
 */
export async function readNamedModel(
  named: CheckpointPaths | NamedGguf,
  { tokens, ...asked }: EfiRequest,
  { takenApart, signal }: ReadModelOptions = {},
): Promise<AskedEfiModel> {
  if (!('gguf' in named)) {
    const settings = overrideSettings(asked, { steps: tokens });
    const { checkpoint, tokenizer, fileNames, known } = named;
    const model = await readEfiModel(checkpoint, tokenizer, settings, fileNames, known);
    return { model, settings, notes: [] };
  }
  refuseCheckpointSettings(asked);
  const { gguf, search, placement, template } = named;
  const { context: contextTokens } = asked;
  const model = await readEfiGguf(gguf, search, { placement, contextTokens });
  // A form for single texts takes the place of the model's own.
  const chosen = asked.template === undefined ? template : null;
  const known = chosen === null ? undefined : takenApart;
  const form = known ?? (await takeGgufTemplateApart(model, chosen, signal));
  const chat = ggufChatSettings(model, form, asked.system);
  const settings = overrideSettings(overrideSettings(asked, { predict: tokens }), chat);
  const memoryBytes = model.memoryBytes + textMemoryBytes(settingsTextBytes(settings));
  return {
    model: { ...model, memoryBytes },
    settings,
    notes: cutContextNotes(model, contextTokens),
    takenApart: form,
  };
}

/** The application takes no longer context than the model was trained for. */
export function cutContextNotes(
  { contextTokens }: Pick<EfiGguf, 'contextTokens'>,
  asked = 0,
): string[] {
  if (asked <= contextTokens) return [];
  return [
    `the model was trained for a context of ${contextTokens} tokens: it gets these, and not ${asked}`,
  ];
}
