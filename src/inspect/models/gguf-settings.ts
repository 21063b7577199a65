import { ZosiaError } from '../../errors.js';
import type { Findings } from '../../formats/findings.js';
import { describeModel } from '../../formats/gguf/model-info.js';
import { readGguf } from '../../formats/gguf/reader.js';
import { SETTINGS_PATH } from '../../formats/llama2c/settings/file.js';
import { SETTING_FORMS } from '../../formats/llama2c/settings/forms.js';
import { DEFAULT_EFI_SETTINGS } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import type { RandomAccess } from '../../image/random-access.js';

/**
 * Checks what settings say beside a GGUF: the application passes over what only a checkpoint has, and takes no longer
 * a context than the model was trained for. Whoever wrote that meant something else.
 *
 * @param model the GGUF, or the first file of a split one
 */
export async function checkGgufSettings(
  settings: EfiSettings,
  model: RandomAccess,
  findings: Findings,
): Promise<void> {
  const report = (code: string, message: string): void => {
    findings.add(code, SETTINGS_PATH, message, 'model');
  };
  for (const key of ['tokenizer', 'steps', 'mode'] as const) {
    const value = settings[key];
    // The usual mode asks for nothing.
    if (value === undefined || (key === 'mode' && value === DEFAULT_EFI_SETTINGS.mode)) continue;
    const { name } = SETTING_FORMS[key];
    report(
      'settings-of-checkpoint',
      `${name}=${value} is of llama2.c checkpoints, and the model is a GGUF`,
    );
  }
  const { context = 0 } = settings;
  const trained = await trainedContext(model);
  if (trained === undefined || context <= trained) return;
  report(
    'settings-context',
    `context=${context} is more than the model was trained for, which is ${trained} tokens`,
  );
}

/** What a damaged model says is told of where models are checked. */
async function trainedContext(model: RandomAccess): Promise<number | undefined> {
  try {
    return describeModel(await readGguf(model)).contextLength;
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}
