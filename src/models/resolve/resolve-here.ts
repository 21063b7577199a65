import { findCached } from '../caches/caches.js';
import { canonical } from '../references/canonical-reference.js';
import { findEntry } from '../catalogue/catalogue.js';
import { checkpointName } from '../checkpoint-name.js';
import type { LocatedModel } from '../located-model.js';
import { MODEL_FILE } from '../references/reference-error.js';
import type { NamedModels } from '../named-models.js';
import { parseReference } from '../references/parse-reference.js';
import type { ModelForm } from './resolve-entry.js';
import type { RemoteReference } from './resolve-reference.js';
import type { ResolvedFile, ResolvedModel } from '../resolved-model.js';
import { nameFrom } from '../transports/safe-file-name.js';

/**
 * What a reference stands for as far as this host knows: a model of the store, or one of another program's cache
 * whose files have digests. Nobody is asked, and nothing is read but records.
 *
 * @param text the words it was asked for by
 * @returns undefined where there is none
 */
export async function resolveHere(
  models: NamedModels,
  text: string,
  reference: RemoteReference,
  form: ModelForm | undefined,
): Promise<ResolvedModel | undefined> {
  const entry = reference.kind === 'name' ? findEntry(reference.name) : undefined;
  const isCheckpoint = entry !== undefined && form === 'checkpoint';
  const stored = await models.findStored(isCheckpoint ? checkpointName(entry.name) : text);
  if (stored?.reference !== undefined && stored.source.kind !== 'file') {
    const { name, reference: full, source, licence, files } = stored;
    return {
      name,
      reference: full,
      source: {
        kind: source.kind,
        repository: source.repository,
        ...(source.hubUrl !== undefined && { hubUrl: source.hubUrl }),
      },
      licence,
      files: files.map(asResolved),
    };
  }
  // The tokenizer of a checkpoint is in no cache.
  if (isCheckpoint) return undefined;
  const gguf = entry?.gguf;
  const wanted = gguf ? `hf:${gguf.repository}/${gguf.file}` : canonical(reference);
  if (wanted === undefined || !/^(?:hf|ollama):/.test(wanted)) return undefined;
  const cached = await findCached(models.caches, wanted);
  if (!cached || cached.files.some(({ sha256 }) => sha256 === undefined)) return undefined;
  return ofCache(cached, entry?.name);
}

/** Without a revision: what a cache has is no word of the source, which would hold from then on. */
function ofCache(
  { name, files }: LocatedModel,
  known: string | undefined,
): ResolvedModel | undefined {
  const full = parseReference(name);
  if (full.kind !== 'hub' && full.kind !== 'ollama') return undefined;
  const { repository } = full;
  const source =
    full.kind === 'hub'
      ? { kind: 'hub' as const, repository }
      : {
          kind: 'ollama' as const,
          repository: `${full.host ?? 'registry.ollama.ai'}/${repository}`,
        };
  const stem =
    full.kind === 'hub'
      ? files[0]!.fileName.replace(MODEL_FILE, '').replace(/-\d{5,}-of-\d{5,}$/, '')
      : `${repository.slice(repository.indexOf('/') + 1)}-${full.tag}`;
  return { reference: name, name: known ?? nameFrom(stem), source, files: files.map(asResolved) };
}

/** Nothing is downloaded of it without a network: its address is that of nothing. */
function asResolved({
  role,
  fileName,
  sizeBytes,
  sha256,
}: LocatedModel['files'][number] | Omit<LocatedModel['files'][number], 'path'>): ResolvedFile {
  const url = new URL('https://offline.invalid/');
  return {
    name: fileName,
    fileName,
    role,
    url,
    sizeBytes,
    ...(sha256 !== undefined && { sha256 }),
  };
}
