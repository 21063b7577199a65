import { fitCheck, remoteOpener } from '../options/fit.js';
import type { FitCheckOptions } from '../options/fit.js';
import { pulling } from '../options/pull.js';
import { say } from '../output/output.js';
import { findEntry } from '../../models/catalogue/catalogue.js';
import { canonicalReference } from '../../models/references/canonical-reference.js';
import type { GetModelOptions } from '../../models/pull/get-model.js';
import { pullNamed } from '../../recipes/pull-named.js';
import type { NamedModels } from '../../models/named-models.js';
import { offlineWithout } from '../../models/pull/pull.js';
import type { StoredModel } from '../../models/store/record.js';
import type { ModelKind } from '../../inspect/models/kind.js';
import { requireForm } from '../../models/resolve/resolve-entry.js';
import type { ModelForm } from '../../models/resolve/resolve-entry.js';
import { shownReference } from '../../models/references/reference-error.js';
import { pullSubject } from '../../prepare/before-pull.js';
import type { FitSubject } from '../../prepare/fit.js';
import { localDraft, localSubject } from '../../prepare/local-model.js';
import { entrySubject } from '../../prepare/suggest.js';

/** The names that a machine is to be started with. */
export interface NamesToStart {
  /** The built-in model unless given. */
  readonly model: string | undefined;
  readonly draft?: string | undefined;
}

export interface PullForStartOptions {
  readonly form: ModelForm;
  /** What a model may be; language models alone unless given. */
  readonly kinds?: readonly ModelKind[] | undefined;
  /** Those of the names that are to be pulled: they stand for nothing on this host, or are to be signed. */
  readonly missing: readonly string[];
  /** A file with cosign's public key: a model that is not signed with its private one is refused. */
  readonly key?: string | undefined;
  /** The folder with GGUFs where names are looked for first. */
  readonly modelsDir: string;
  readonly offline?: boolean | undefined;
  readonly signal: AbortSignal;
  readonly ctx?: number | undefined;
  readonly ram?: number | undefined;
}

/**
 * Pulls what a machine is to be started with. A model and its draft have to fit together, and are looked at before either
 * is downloaded.
 *
 * @returns the names they have on this host, or the reference of one that is signed; the same as before where it is
 *   nothing that can be pulled
 * @throws ZosiaError as `pullNamed`; of what is missing and cannot be pulled, as `readModel` where the other is pulled
 */
export async function pullForStart(
  models: NamedModels,
  { model, draft }: NamesToStart,
  options: PullForStartOptions,
): Promise<NamesToStart> {
  const { missing, modelsDir, key, offline = false } = options;
  const search = { modelsDir, named: models };
  const isPulled = (name: string | undefined): name is string =>
    name !== undefined &&
    missing.includes(name) &&
    (canBePulled(name) || (key !== undefined && name === model));
  const absent = [model, draft].filter(isPulled);
  if (absent.length === 0) return { model, draft };
  for (const named of absent) {
    const entry = findEntry(named);
    if (entry && formOf(named, options) === 'checkpoint') requireForm(entry, 'checkpoint');
  }
  if (offline && key === undefined) {
    const [named] = absent as [string];
    throw offlineWithout(named, formOf(named, options));
  }
  // One file may be both.
  if (draft === undefined || draft === model) {
    const pulled = isPulled(model) ? await pull(models, model, options) : model;
    return { model: pulled, draft: draft && pulled };
  }
  const drafting = isPulled(draft)
    ? await lookAtDraft(models, draft, options)
    : await localDraft(draft, search);
  const started = isPulled(model) ? await pull(models, model, options, { draft: drafting }) : model;
  if (!isPulled(draft)) return { model: started, draft };
  const draftsFor = await localSubject(started, search);
  return { model: started, draft: await pull(models, draft, unsigned(options), { draftsFor }) };
}

/** The key is that of the model, not of its draft. */
const unsigned = (options: PullForStartOptions): PullForStartOptions => ({
  ...options,
  key: undefined,
});

/** Whoever looks for it on this host says what is wrong with a path, or a name that nothing has. */
function canBePulled(name: string): boolean {
  const reference = canonicalReference(name);
  return reference !== undefined && (!isPlainName(reference) || findEntry(name) !== undefined);
}

const isPlainName = (reference: string): boolean => !reference.includes(':');

/** @returns the name it has on this host, or its reference where it is signed: another may have the name */
async function pull(
  models: NamedModels,
  named: string,
  options: PullForStartOptions,
  beside: Pick<FitCheckOptions, 'draft' | 'draftsFor'> = {},
): Promise<string> {
  const { signal, ctx, ram, key, kinds } = options;
  if (key === undefined) say(`${shownReference(named)} is not on this host: it is pulled`);
  const { name, reference } = await pullWith(models, named, options, {
    beforeDownload: fitCheck({
      ...beside,
      folder: models.store.folder,
      runsHere: true,
      kinds,
      wishes: { contextTokens: ctx, ramMiB: ram },
      signal,
    }),
  });
  // From now on nobody removes it.
  await models.find(name);
  return key === undefined ? name : (reference ?? name);
}

async function pullWith(
  models: NamedModels,
  named: string,
  { form, key, offline = false, signal }: PullForStartOptions,
  more: Pick<GetModelOptions, 'beforeDownload'>,
): Promise<StoredModel> {
  const wanted = formOf(named, { form, key });
  const { model } = await pulling({ named, form: wanted, offline, signal }, (settings) =>
    pullNamed(models, named, {
      ...settings,
      ...more,
      publicKey: key,
      form: wanted,
    }),
  );
  return model;
}

/** A reference says itself which file is meant, and so does what is signed. */
function formOf(
  named: string,
  { form, key }: Pick<PullForStartOptions, 'form' | 'key'>,
): ModelForm | undefined {
  const reference = canonicalReference(named);
  return reference !== undefined && isPlainName(reference) && key === undefined ? form : undefined;
}

/** Ends a pull before its download. */
class LookedAt extends Error {
  constructor(readonly subject: FitSubject | undefined) {
    super('it has been looked at');
  }
}

/** What of a draft decides whether it fits; undefined where that cannot be found out before it is here. */
async function lookAtDraft(
  models: NamedModels,
  draft: string,
  options: PullForStartOptions,
): Promise<FitSubject | undefined> {
  const { modelsDir, signal } = options;
  try {
    const { name } = await pullWith(models, draft, unsigned(options), {
      beforeDownload: async (resolved, downloadBytes) => {
        const open = remoteOpener(signal);
        const told = await pullSubject(resolved, { downloadBytes, runsHere: true, open });
        // Of a checkpoint a GGUF is made, of which the catalogue has the figures.
        const entry = findEntry(draft);
        throw new LookedAt(told ?? (entry && { ...entrySubject(entry), downloadBytes }));
      },
    });
    // Its files were here without a name.
    return await localDraft(name, { modelsDir, named: models });
  } catch (error) {
    if (error instanceof LookedAt) return error.subject;
    throw error;
  }
}
