import type { Command } from 'commander';
import { embeddedModelNotice, say } from '../output/output.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import type { CheckpointPaths } from '../../recipes/embedded-checkpoint.js';
import { EMBEDDED_MODEL_NAME } from '../../recipes/embedded-model.js';
import { defaultPlaces, efiModelDir } from '../../recipes/places.js';

/** The files of the EFI machine's model, and the settings that hold where no option says otherwise. */
export interface ChosenCheckpoint extends CheckpointPaths {
  readonly settings: EfiSettings;
}

/** What was named on the command line. */
export interface NamedCheckpoint {
  readonly checkpoint: string | undefined;
  readonly tokenizer: string | undefined;
}

/** What a command says of its model. */
export interface CheckpointWording {
  /** What its checkpoint is given by. */
  readonly checkpoint: string;
  /** A command with both files. */
  readonly example: string;
  /** Where the built-in model's files are put; in artifacts/efi unless given. */
  readonly folder?: string | undefined;
  /** What else can be done. */
  readonly otherwise?: string | undefined;
}

/**
 * The files that were named; where none were, the model that zosia brings itself, which is then said. It
 * has a name, too.
 *
 * @throws CommanderError when one was named without the other; ZosiaError `ZOSIA_CHECKPOINT_IS_GGUF`, and
 * as `embeddedCheckpoint`
 */
export async function chosenCheckpoint(
  command: Command,
  { checkpoint, tokenizer }: NamedCheckpoint,
  wording: CheckpointWording,
  signal: AbortSignal,
): Promise<ChosenCheckpoint> {
  const { example, otherwise = '', folder = efiModelDir(defaultPlaces()) } = wording;
  if ([undefined, EMBEDDED_MODEL_NAME].includes(checkpoint) && tokenizer === undefined) {
    const { embeddedCheckpoint } = await import('../../recipes/embedded-checkpoint.js');
    const embedded = await embeddedCheckpoint(folder, { signal });
    if (checkpoint === undefined) say(embeddedModelNotice(example));
    return embedded;
  }
  const missing = (what: string): never =>
    command.error(`error: ${what} is missing, as in ${example}${otherwise}`);
  if (checkpoint === undefined) return missing(wording.checkpoint);
  if (tokenizer === undefined) {
    // A GGUF has no such file: what is wrong with it is something else.
    const { refuseGgufAt } = await import('../../recipes/refuse-gguf.js');
    await refuseGgufAt(checkpoint);
    return missing("option '--tokenizer <file>'");
  }
  return { checkpoint, tokenizer, settings: {} };
}
