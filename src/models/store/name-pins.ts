import * as v from 'valibot';
import { writeOutput } from '../../host/output-file.js';
import { readTextFile } from '../../host/text-file.js';
import { byteCount, matching, object, tryJson } from '../../json.js';
import { pinPath } from './pins.js';
import type { ModelStore } from './store.js';

const PIN = object({
  schema: v.literal(1),
  of: v.string(),
  revision: matching(/^[0-9a-f]{40}$/),
  sha256: matching(/^[0-9a-f]{64}$/),
  sizeBytes: byteCount,
});

/** What the hub has said of a name of the catalogue when it was pulled first. */
export interface NamePin {
  /** A commit. */
  readonly revision: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** @param form which of the forms of the model that are of one name */
export async function readNamePin(
  store: ModelStore,
  name: string,
  form: string,
): Promise<NamePin | undefined> {
  const of = keyOf(name, form);
  const pin = tryJson(PIN, await readTextFile(pinPath(store, of)).catch(() => ''));
  return pin?.of === of ? pin : undefined;
}

export async function writeNamePin(
  store: ModelStore,
  name: string,
  form: string,
  { revision, sha256, sizeBytes }: NamePin,
): Promise<void> {
  const of = keyOf(name, form);
  const text = JSON.stringify({ schema: 1, of, revision, sha256, sizeBytes });
  await writeOutput(pinPath(store, of), `${text}\n`);
}

const keyOf = (name: string, form: string): string => `catalogue:${name}/${form}`;
