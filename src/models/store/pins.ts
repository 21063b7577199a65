import { join } from 'node:path';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import { digestBytes } from '../../host/digest.js';
import { writeOutput } from '../../host/output-file.js';
import { readTextFile } from '../../host/text-file.js';
import { matching, object, tryJson } from '../../json.js';
import { option, wording } from '../../wording.js';
import type { ResolvedFile, ResolvedModel } from '../resolved-model.js';
import type { ModelStore } from './store.js';

const PIN = object({ schema: v.literal(1), of: v.string(), sha256: matching(/^[0-9a-f]{64}$/) });

/**
 * What a source has said of a file of one revision: it holds from then on, also when the model has been removed
 * meanwhile. A file of no revision may change, and has no pin.
 */
export async function readPin(
  store: ModelStore,
  model: Pick<ResolvedModel, 'source'>,
  file: Pick<ResolvedFile, 'url' | 'name'>,
): Promise<string | undefined> {
  const of = pinned(model, file);
  if (of === undefined) return undefined;
  const pin = tryJson(PIN, await readTextFile(pinPath(store, of)).catch(() => ''));
  return pin?.of === of ? pin.sha256 : undefined;
}

export async function writePin(
  store: ModelStore,
  model: ResolvedModel,
  file: ResolvedFile,
  sha256: string,
): Promise<void> {
  const of = pinned(model, file);
  if (of === undefined) return;
  await writeOutput(pinPath(store, of), `${JSON.stringify({ schema: 1, of, sha256 })}\n`);
}

/** The error when a source says something else of a revision than it has said before. */
export function pinDiffers(file: ResolvedFile, before: string, now: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_MODEL_PIN_DIFFERS',
    `${file.url.host} now has another ${file.name} under the same revision: sha256 ${now}, not ${before}`,
    {
      hint: [
        wording`A revision does not change by itself. If you know why it has, ${option('force')} takes the new file.`,
        'A revision does not change by itself: ask whoever publishes the model.',
      ],
    },
  );
}

function pinned(
  { source }: Pick<ResolvedModel, 'source'>,
  file: Pick<ResolvedFile, 'url' | 'name'>,
): string | undefined {
  const { kind, repository, revision } = source;
  // Mirrors of a hub have its repositories and commits under their own addresses.
  const at = `${file.url.origin} ${repository}@${revision}/${file.name}`;
  return revision === undefined ? undefined : `${kind}:${at}`;
}

/** Where what holds from its first pull on is kept. */
export const pinPath = (store: ModelStore, of: string): string =>
  join(store.pinsFolder, `${digestBytes(Buffer.from(of, 'utf8')).slice(0, 32)}.json`);
