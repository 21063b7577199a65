import { ZosiaError } from '../../errors.js';
import type { CatalogueEntry } from '../catalogue/catalogue.js';
import type { CatalogueFile } from '../catalogue/entry.js';
import { isKnownBeforehand } from '../known-beforehand.js';
import { fileNameOf } from '../model-files.js';
import { formatHub, hubAddress, HUB_URL } from '../references/parse-hub.js';
import type { ResolvedFile, ResolvedModel, ResolveOptions } from '../resolved-model.js';
import type { SourceContext } from '../transports/context.js';
import { checkHubUrl, hubCredentials, hubFileUrl, resolveHub } from '../transports/hub.js';

/** In which form a model is wanted: a GGUF, or a checkpoint of llama2.c with its tokenizer. */
export type ModelForm = 'gguf' | 'checkpoint';

export type HubContext = Pick<SourceContext, 'http' | 'hubUrl' | 'hubToken'>;

/**
 * The files of an entry of the catalogue. Where commit, size and sha256 are known, nobody is asked; else the hub is,
 * and what it says is taken, but for what is known of it.
 *
 * @param form a GGUF where there is one, unless given
 * @throws ZosiaError `ZOSIA_MODEL_UNUSABLE` for a form that it does not have; as `resolveHub`
 */
export async function resolveEntry(
  entry: CatalogueEntry,
  context: HubContext,
  options: ResolveOptions = {},
  form: ModelForm = entry.gguf ? 'gguf' : 'checkpoint',
): Promise<ResolvedModel> {
  const wanted = requireForm(entry, form);
  const { hubUrl = HUB_URL, hubToken } = context;
  checkHubUrl(hubUrl);
  const { file, commit } = isKnownBeforehand(wanted)
    ? { file: pinnedFile(wanted, hubUrl, hubToken), commit: wanted.revision }
    : await askedFile(wanted, context, options);
  const { repository } = wanted;
  const tokenizer = form === 'checkpoint' ? tokenizerOf(entry) : undefined;
  return {
    reference: formatHub({ kind: 'hub', repository, revision: commit, file: wanted.file }),
    name: entry.name,
    source: { kind: 'hub', repository, revision: commit, hubUrl: hubAddress(hubUrl) },
    licence: entry.licence,
    files: [file, ...(tokenizer ? [tokenizer] : [])],
  };
}

/** The file of an entry in a form. @throws ZosiaError `ZOSIA_MODEL_UNUSABLE` for one that it does not have */
export function requireForm(entry: CatalogueEntry, form: ModelForm): CatalogueFile {
  const wanted = form === 'gguf' ? entry.gguf : entry.checkpoint;
  if (!wanted) throw lacksForm(entry, form);
  return wanted;
}

function pinnedFile(wanted: CatalogueFile, hubUrl: URL, token: string | undefined): ResolvedFile {
  const { repository, revision: commit, file, sizeBytes, sha256 } = wanted;
  const fileName = fileNameOf(file);
  const credentials = hubCredentials(token);
  return {
    name: fileName,
    fileName,
    role: 'model',
    sizeBytes,
    sha256,
    url: hubFileUrl({ hubUrl, repository, commit }, file),
    ...(credentials && { credentials }),
  };
}

async function askedFile(
  { repository, revision, file, sizeBytes, sha256 }: CatalogueFile,
  context: HubContext,
  options: ResolveOptions,
): Promise<{ file: ResolvedFile; commit: string }> {
  const model = await resolveHub({ kind: 'hub', repository, revision, file }, context, options);
  const [first] = model.files;
  return {
    file: {
      ...first!,
      ...(sizeBytes !== undefined && { sizeBytes }),
      ...(sha256 !== undefined && { sha256 }),
    },
    commit: model.source.revision ?? revision,
  };
}

function tokenizerOf({ tokenizer }: CatalogueEntry): ResolvedFile | undefined {
  if (!tokenizer) return undefined;
  const { url, fileName, sizeBytes, sha256 } = tokenizer;
  return { name: fileName, fileName, role: 'tokenizer', url: new URL(url), sizeBytes, sha256 };
}

function lacksForm({ name }: CatalogueEntry, form: ModelForm): ZosiaError {
  return form === 'gguf'
    ? new ZosiaError('ZOSIA_MODEL_UNUSABLE', `${name} is known as a checkpoint of llama2.c alone`, {
        hint: 'zosia model convert makes a GGUF of a checkpoint and its tokenizer.',
      })
    : new ZosiaError('ZOSIA_MODEL_UNUSABLE', `${name} is no checkpoint of llama2.c`, {
        hint: 'The EFI machine runs those: stories15M, stories42M and stories110M are some.',
      });
}
