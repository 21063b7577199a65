import type { RandomAccess } from '../image/random-access.js';
import type { StoredModel } from '../models/store/record.js';
import { embeddedModelDigest } from '../recipes/embedded-model.js';
import { digestAccess } from './digest-access.js';
import { digestedPart } from './header-bytes.js';
import type { DiskImageInput } from './image-manifest.js';
import type { FileFacts } from './model-part.js';

/**
 * What a document has to say of the digest of a file on a disk, which is of what is there now.
 *
 * @param sha256 of all that is there
 * @param models what the store knows
 * @returns undefined where it is the one that the manifest has, or where the store, or zosia itself, has a file of it
 */
export async function digestNote(
  file: RandomAccess,
  sha256: string,
  input: DiskImageInput,
  models: readonly StoredModel[],
): Promise<FileFacts['digestNote']> {
  const altered = (what: string): FileFacts['digestNote'] => ({
    text: `It is not what the image was written with: ${what}. Nothing is said of its origin and licence.`,
    isAltered: true,
  });
  if (file.sizeBytes !== input.sizeBytes) {
    return altered(`it has ${file.sizeBytes} bytes, and the manifest says ${input.sizeBytes}`);
  }
  if (input.sha256 !== undefined) {
    return input.sha256 === sha256
      ? undefined
      : altered(`it has the sha256 ${sha256}, and the manifest says ${input.sha256}`);
  }
  const part = await digestedPart(file, input);
  if (part && (await digestAccess(file, undefined, 0, part.endBytes)) !== part.sha256) {
    return altered('it does not begin as the manifest says');
  }
  const files = models.flatMap((model) => model.files);
  const isKnown = files.some((each) => each.sha256 === sha256);
  if (isKnown || (await embeddedModelDigest()) === sha256) return undefined;
  const unknown =
    'The manifest has no digest of its weights: nothing tells whether they are altered';
  const alike = files.find(
    ({ fileName, sizeBytes }) => fileName === input.name && sizeBytes === input.sizeBytes,
  );
  return {
    text: alike
      ? `${unknown}. The store has a file of this name and size, and it has another sha256: ${alike.sha256}.`
      : `${unknown}.`,
    isAltered: false,
  };
}
