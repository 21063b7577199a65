import { dirname } from 'node:path';
import * as v from 'valibot';
import { zosiaVersion } from './version.js';
import { digestBytes } from '../host/digest.js';
import { readStamp } from '../host/file-stamp.js';
import { writeOutput } from '../host/output-file.js';
import { rememberedDigest } from '../host/remembered-digest.js';
import { sweepOnce } from '../host/temporary.js';
import { readTextFile } from '../host/text-file.js';
import { byteCount, object, tryJson } from '../json.js';

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
 * this version of zosia, and its bytes unchanged since (see {@link rememberedDigest}). With `frozen`, one that a substitute went into is not.
 */
export async function isCurrent(
  imagePath: string,
  recipe: Recipe,
  options: { frozen?: boolean | undefined } = {},
): Promise<boolean> {
  await sweepOnce(dirname(imagePath));
  const manifest = await readManifest(imagePath);
  if (manifest?.recipeSha256 !== recipeDigest(recipe)) return false;
  if (manifest.versions.zosia !== zosiaVersion()) return false;
  if (options.frozen && manifest.inputs.some((input) => input.substitute)) return false;
  const { sizeBytes, sha256 } = manifest.output;
  const found = await readStamp(imagePath).catch(() => undefined);
  return found?.sizeBytes === sizeBytes && (await rememberedDigest(imagePath)) === sha256;
}

/** The manifest of an image; one that somebody damaged counts as none. */
export async function readManifest(
  imagePath: string,
): Promise<Omit<Manifest, 'schema' | 'product'> | undefined> {
  return tryJson(MANIFEST, await readTextFile(manifestPath(imagePath)).catch(() => ''));
}

/** The sha256 of a recipe, as manifests have it. */
export function recipeDigest({ product, inputs, settings }: Recipe): string {
  return digestBytes(Buffer.from(JSON.stringify([product, inputs, settings])));
}

/** The parts of a manifest that are used. */
const MANIFEST = object({
  schema: v.literal(1),
  recipeSha256: v.string(),
  inputs: v.array(
    object({
      name: v.string(),
      sha256: v.string(),
      substitute: v.exactOptional(v.literal(true)),
    }),
  ),
  settings: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  output: object({ sizeBytes: byteCount, sha256: v.string() }),
  versions: object({ zosia: v.string() }),
});
