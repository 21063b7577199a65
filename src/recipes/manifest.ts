import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { zosiaVersion } from './version.js';
import { digestFile } from '../host/digest.js';
import { sha256 } from '../image/sha256.js';
import { writeOutput } from '../host/output-file.js';
import { sweepOnce } from '../host/temporary.js';

/** One thing an image was made of, by name and content. */
export interface ManifestInput {
  readonly name: string;
  readonly version?: string | undefined;
  readonly sha256: string;
  /** Set when this stands in for a pinned version that could not be had. */
  readonly substitute?: true | undefined;
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
  /** What wrote it: another zosia may lay out the same inputs in another way. */
  readonly versions: { readonly zosia: string };
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
    versions: { zosia: zosiaVersion() },
  };
  await writeOutput(manifestPath(imagePath), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Whether an image that is there already is exactly what would be built: made for the same recipe by
 * this version of zosia, and its bytes unchanged since. With `frozen`, one that a substitute went into is not.
 */
export async function isCurrent(
  imagePath: string,
  recipe: Recipe,
  options: { frozen?: boolean | undefined } = {},
): Promise<boolean> {
  await sweepOnce(dirname(imagePath));
  const text = await readFile(manifestPath(imagePath), 'utf8').catch(() => '');
  const manifest = parse(text);
  if (manifest?.recipeSha256 !== recipeDigest(recipe)) return false;
  if (manifest.versions.zosia !== zosiaVersion()) return false;
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
    const value: unknown = JSON.parse(text);
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Unchecked = Readonly<Record<string, unknown>>;

/** Checks the parts that are used. */
function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value)) return false;
  const { schema, recipeSha256, inputs, output, versions } = value;
  return (
    schema === 1 &&
    typeof recipeSha256 === 'string' &&
    Array.isArray(inputs) &&
    inputs.every((input: unknown) => isRecord(input) && isInput(input)) &&
    isRecord(output) &&
    Number.isSafeInteger(output.sizeBytes) &&
    typeof output.sha256 === 'string' &&
    isRecord(versions) &&
    typeof versions.zosia === 'string'
  );
}

const isRecord = (value: unknown): value is Unchecked =>
  typeof value === 'object' && value !== null;

const isInput = ({ name, sha256: digest, substitute }: Unchecked): boolean =>
  typeof name === 'string' &&
  typeof digest === 'string' &&
  (substitute === undefined || substitute === true);
