import { ZosiaError } from '../errors.js';
import { isGguf } from '../formats/gguf/layout.js';
import { readGguf } from '../formats/gguf/reader.js';
import type { GgufHeader } from '../formats/gguf/reader.js';
import type { RandomAccess } from '../image/random-access.js';
import { conversionOf, conversionText } from '../models/conversion.js';
import type { Conversion, StoredModel } from '../models/store/record.js';
import { registryBlobUrl } from '../models/transports/registry.js';
import { licenceExpression } from './licence-expression.js';
import type { PartPackage } from './spdx.js';

/** What is known of a file on a disk beside its content. */
export interface FileFacts {
  /** Its path on the disk. */
  readonly path: string;
  /** Its name on the host, where the manifest has it. */
  readonly name: string | undefined;
  readonly sha256: string;
  /** What the store knows of it, where it was pulled. */
  readonly record?: StoredModel | undefined;
  /** What is to be said of its digest; that of an altered file is another than it was written with. */
  readonly digestNote?: { readonly text: string; readonly isAltered: boolean } | undefined;
}

/** The longest text that a document takes over from a model. */
const MAX_TEXT = 2000;

/** A file on a disk: a model with what its metadata say of its origin, or whatever else. */
export async function filePart(file: RandomAccess, facts: FileFacts): Promise<PartPackage> {
  const { path, name, sha256, record, digestNote } = facts;
  const plain: PartPackage = {
    name: name ?? path.slice(path.lastIndexOf('/') + 1),
    fileName: path.slice(1),
    sha256,
    comment: digestNote?.text,
    purpose: 'FILE',
  };
  // What an altered file says of itself may be altered, too.
  if (digestNote?.isAltered || !(await isGguf(file))) return plain;
  const header = await readGguf(file, path).catch((error: unknown) => {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  });
  if (!header) return plain;
  const told = { ...plain, ...modelFacts(header, plain.name) };
  return record ? { ...told, ...recordFacts(record, told) } : told;
}

/** What the source of a model said when it was pulled counts for more than what the model says of itself. */
function recordFacts(record: StoredModel, told: PartPackage): Partial<PartPackage> {
  const { name, reference, source, licence } = record;
  const { kind, repository, revision, hubUrl } = source;
  // One that was added by hand has a path of this host there, and a name of this host's: neither is of the model.
  if (kind === 'file') return { downloadLocation: undefined };
  const from = `${reference ?? `${kind}:${repository}`}${hubUrl === undefined ? '' : ` at ${hubUrl}`}`;
  const at = revision === undefined ? '' : `, revision ${revision}`;
  const conversion = conversionOf(record);
  const facts = conversion
    ? conversionFacts(record, conversion, told)
    : {
        version: revision ?? told.version,
        sourceInfo: [`pulled as ${name} from ${from}${at}`, told.sourceInfo ?? []]
          .flat()
          .join('. '),
        downloadLocation: locationOf(source, told.sha256) ?? told.downloadLocation,
      };
  if (licence === undefined) return facts;
  return {
    ...facts,
    licenceComment: 'By the source that it was pulled from.',
    ...declared(licence, name, (each) => `What its source calls ${each}.`),
  };
}

/** A GGUF that was made here: nobody has it but this host, and others that make it of the same checkpoint. */
function conversionFacts(
  record: StoredModel,
  conversion: Conversion,
  told: PartPackage,
): Partial<PartPackage> {
  const { name, source } = record;
  const made = `converted by zosia, as ${name}, from ${conversionText(conversion, record)}`;
  const at = source.revision === undefined ? '' : `, revision ${source.revision}`;
  return {
    sourceInfo: [`${made}${at}`, told.sourceInfo ?? []].flat().join('. '),
    downloadLocation: undefined,
    comment: [told.comment ?? [], 'Its source has the checkpoint, not this file.'].flat().join(' '),
  };
}

/** The checkpoint, and the tokenizer, that a GGUF was made of here. */
export function convertedFrom(record: StoredModel): PartPackage[] {
  const conversion = conversionOf(record);
  if (!conversion) return [];
  const { source, licence, name } = record;
  return conversion.files.map(({ role, fileName, sha256 }): PartPackage => {
    const file = { name: fileName, fileName, sha256, purpose: 'SOURCE' } as const;
    // A tokenizer may come from elsewhere.
    if (role !== 'model') return { ...file, comment: 'The tokenizer that went into the model.' };
    return {
      ...file,
      version: source.revision,
      downloadLocation: locationOf(source, sha256),
      sourceInfo: `the checkpoint that was pulled from ${conversion.reference ?? source.repository}`,
      ...(licence !== undefined && {
        licenceComment: 'By the source that it was pulled from.',
        ...declared(licence, name, (each) => `What its source calls ${each}.`),
      }),
    };
  });
}

/**
 * Where a source has a model: of a hub, the page of its repository at the revision, unless nobody has written down
 * which hub it was; of a registry, the blob itself.
 */
function locationOf(
  { kind, repository, revision, hubUrl }: StoredModel['source'],
  sha256: string | undefined,
): string | undefined {
  if (kind === 'hub' && revision !== undefined && hubUrl !== undefined) {
    const path = `${repository}/tree/${revision}`.split('/').map(encodeURIComponent).join('/');
    return new URL(`${hubUrl}/${path}`).href;
  }
  if ((kind === 'oci' || kind === 'ollama') && sha256 !== undefined) {
    return registryBlobUrl(repository, `sha256:${sha256}`)?.href;
  }
  return isWebAddress(repository) ? repository : undefined;
}

/** A name or an expression, as an expression with what explains its references. */
function declared(
  licence: string,
  scope: string,
  explain: (name: string) => string,
): Pick<PartPackage, 'licence' | 'others'> {
  const { expression, others } = licenceExpression(licence, scope);
  const explained = others.map((other) => ({ ...other, text: explain(other.name) }));
  return { licence: expression, others: explained.length > 0 ? explained : undefined };
}

/**
 * What a model says of its origin (GGUF specification, "General metadata"). Its own words, which nobody has
 * checked.
 */
function modelFacts({ metadata }: GgufHeader, fileName: string): Partial<PartPackage> {
  const text = (key: string): string | undefined => {
    const value = metadata.get(`general.${key}`);
    if (typeof value !== 'string' || value.trim() === '') return undefined;
    return oneLine(value).slice(0, MAX_TEXT);
  };
  const name = text('name') ?? text('basename');
  const source =
    text('source.huggingface.repository') ?? text('source.repo_url') ?? text('source.url');
  const repository = text('repo_url') ?? text('url');
  const told = [
    ['author', text('author')],
    ['organization', text('organization')],
    ['repository', repository],
    ['made of', source],
    ['revision', text('source.revision') ?? text('version')],
    ['DOI', text('doi')],
  ].flatMap(([what, value]) => (value === undefined ? [] : `${what!}: ${value}`));
  return {
    name: name ?? fileName,
    version: text('version'),
    downloadLocation: repository !== undefined && isWebAddress(repository) ? repository : undefined,
    sourceInfo: told.length > 0 ? `By the model's own metadata: ${told.join('; ')}` : undefined,
    ...licenceOf(text, fileName),
  };
}

function licenceOf(
  text: (key: string) => string | undefined,
  fileName: string,
): Pick<PartPackage, 'licence' | 'licenceComment' | 'others'> {
  const name = text('license');
  if (name === undefined) return { licenceComment: 'The model says nothing of its licence.' };
  const detail = [text('license.name'), text('license.link')].filter((each) => each !== undefined);
  return {
    licenceComment: "By the model's own metadata.",
    ...declared(name, fileName, (each) => [`What the model calls ${each}.`, ...detail].join(' ')),
  };
}

const isWebAddress = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '') return false;
  return ['http:', 'https:'].includes(url.protocol) && url.password === '';
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
