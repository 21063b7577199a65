import { findEntry } from '../catalogue/catalogue.js';
import { hubAddress, HUB_URL } from '../references/parse-hub.js';
import { readPin } from '../store/pins.js';
import type { StoredModel } from '../store/record.js';
import type { ModelStore } from '../store/store.js';

/**
 * Which hub a model of the store is from, where it has been asked for as that of another hub, which is not known to
 * have the same. What is the same is told by digests: those of the catalogue, and those that the other hub has told
 * of this revision before.
 *
 * @param asked what it is asked for by: a reference, or a name; one that its owner has chosen is of no hub
 * @param hubUrl the hub that is meant; the usual one unless given
 */
export async function otherHub(
  store: ModelStore,
  { name, reference, source, files }: StoredModel,
  asked: string,
  hubUrl: URL = HUB_URL,
): Promise<string | undefined> {
  const { kind, hubUrl: from } = source;
  if (kind !== 'hub' || from === undefined || from === hubAddress(hubUrl)) return undefined;
  const entry = findEntry(asked);
  if (asked === name && !entry) return undefined;
  const known = [entry?.gguf?.sha256, entry?.checkpoint?.sha256];
  if (files.every(({ role, sha256 }) => role === 'tokenizer' || known.includes(sha256))) {
    return undefined;
  }
  // All parts of a model lie in one folder of its repository.
  const path = reference?.startsWith('hf:') ? reference.split('/').slice(2) : [];
  for (const { fileName, sha256 } of files) {
    const told = [...path.slice(0, -1), fileName].join('/');
    const pin = await readPin(store, { source }, { url: hubUrl, name: told });
    if (pin !== sha256) return from;
  }
  return undefined;
}
