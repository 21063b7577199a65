import { ZosiaError } from '../errors.js';
import { fileIdentity } from '../host/file-identity.js';
import { option, wording } from '../wording.js';

/**
 * Refuses outputs that are one of the inputs, under whatever name. Writing renames over what is there:
 * a disk named like its model would be the end of the model.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_IS_INPUT`
 */
export async function refuseOverwriting(
  inputs: readonly string[],
  outputs: readonly string[],
): Promise<void> {
  const taken = new Set(await Promise.all(inputs.map(fileIdentity)));
  taken.delete(undefined);
  for (const output of outputs) {
    if (!taken.has(await fileIdentity(output))) continue;
    throw new ZosiaError('ZOSIA_OUTPUT_IS_INPUT', `${output} is read, and would be replaced`, {
      hint: [
        wording`That file is one of the inputs: name another place with ${option('out')}.`,
        'That file is one of the inputs.',
      ],
    });
  }
}
