import type { Command } from 'commander';
import { findCheckpoint } from '../../recipes/find-checkpoint.js';
import type { NamedModels } from '../../models/named-models.js';
import type { CheckpointPaths } from '../../recipes/embedded-checkpoint.js';

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
  /** What else can be done. */
  readonly otherwise?: string | undefined;
}

/**
 * The files of a checkpoint that were named, or those that a name stands for.
 *
 * @throws CommanderError when one was named without the other, or a GGUF with a tokenizer; ZosiaError `ZOSIA_CHECKPOINT_IS_GGUF`,
 * `ZOSIA_MODEL_NOT_FOUND`
 */
export async function namedCheckpoint(
  command: Command,
  { checkpoint, tokenizer }: NamedCheckpoint,
  wording: CheckpointWording,
  models: NamedModels,
): Promise<CheckpointPaths> {
  const { example, otherwise = '' } = wording;
  const missing = (what: string): never =>
    command.error(`error: ${what} is missing, as in ${example}${otherwise}`);
  if (checkpoint === undefined) return missing(wording.checkpoint);
  if (tokenizer === undefined) {
    const found = await findCheckpoint(checkpoint, models);
    if (found) return found;
    // A GGUF has no such file: what is wrong with it is something else.
    const { refuseGgufAt } = await import('../../recipes/refuse-gguf.js');
    await refuseGgufAt(checkpoint);
    return missing("option '--tokenizer <file>'");
  }
  const { isGgufPath } = await import('./efi-gguf.js');
  if (await isGgufPath(checkpoint)) {
    command.error(
      `error: option '--tokenizer' is for llama2.c checkpoints, and ${checkpoint} is a GGUF, with a tokenizer in it`,
    );
  }
  return { checkpoint, tokenizer };
}
