import { readFile, stat } from 'node:fs/promises';
import { digestFile, sha256 } from '../image/digest.js';
import { writeOutput } from '../image/output-file.js';

/** One thing an image was made of, by name and content. */
export interface ManifestInput {
  readonly name: string;
  readonly version?: string;
  readonly sha256: string;
  /** Set when this stands in for a pinned version that could not be had. */
  readonly substitute?: true;
}

/** What an image is to be made of: known before it is built, and without fetching anything. */
export interface Recipe {
  readonly product: string;
  readonly inputs: readonly ManifestInput[];
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/**
 * What stands beside every image as `<image>.json`: what it was made of and what came out. It holds no
 * time and no path of the host, so the same inputs give the same manifest.
 */
export interface Manifest extends Recipe {
  readonly schema: 1;
  /** The sha256 of the recipe as asked for; `inputs` are what was really used. */
  readonly recipeSha256: string;
  readonly output: { readonly sizeBytes: number; readonly sha256: string };
}

/** Where the manifest of an image lies. */
export function manifestPath(imagePath: string): string {
  return `${imagePath}.json`;
}

/** Writes the manifest of an image that has just been written from `used`, asked for as `asked`. */
export async function writeManifest(
  imagePath: string,
  asked: Recipe,
  used: readonly ManifestInput[],
  output: Manifest['output'],
): Promise<void> {
  const manifest: Manifest = {
    schema: 1,
    ...asked,
    inputs: used,
    recipeSha256: recipeDigest(asked),
    output,
  };
  await writeOutput(manifestPath(imagePath), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Whether an image that is there already is exactly what would be built: made for the same recipe, and
 * its bytes unchanged since. With `frozen`, one that a substitute went into is not.
 */
export async function isCurrent(
  imagePath: string,
  recipe: Recipe,
  options: { frozen?: boolean } = {},
): Promise<boolean> {
  const text = await readFile(manifestPath(imagePath), 'utf8').catch(() => '');
  const manifest = parse(text);
  if (manifest?.recipeSha256 !== recipeDigest(recipe)) return false;
  if (options.frozen && manifest.inputs.some((input) => input.substitute)) return false;
  const size = await stat(imagePath).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== manifest.output.sizeBytes) return false;
  return (await digestFile(imagePath, size)) === manifest.output.sha256;
}

function recipeDigest({ product, inputs, settings }: Recipe): string {
  return sha256(JSON.stringify([product, inputs, settings]));
}

/** A manifest that somebody damaged counts as none: the image is then built again. */
function parse(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Partial<Manifest> | null;
    const complete = value?.schema === 1 && Array.isArray(value.inputs) && value.output;
    return complete ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}
