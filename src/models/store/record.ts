import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import { shownText } from '../../download/shown-text.js';
import { deceptiveCharacter } from '../../formats/unseen.js';
import type { FileStamp } from '../../image/image.js';
import { byteCount, matching, object, parseJson } from '../../json.js';
import { hubAddress } from '../references/parse-hub.js';
import type { ModelFileRole, ResolvedModel } from '../resolved-model.js';

/** A file of a model that has been looked at whole once. */
export interface StoredFile {
  readonly role: ModelFileRole;
  /** The name it goes by: parts of a split model are found by it. */
  readonly fileName: string;
  readonly sizeBytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** The absolute path of a file that was adopted where it lies; without one it is a blob of the store. */
  readonly path?: string | undefined;
  /** As it was when its digest was found right last. */
  readonly stamp: FileStamp;
}

/** What a model says of itself, as a list shows it. */
export interface StoredModelFacts {
  readonly architecture?: string | undefined;
  readonly quantisation?: string | undefined;
  readonly parameterCount?: number | undefined;
}

/** Where a model came from; `file` is one that was there already. */
export type StoredSource =
  | ResolvedModel['source']
  | {
      readonly kind: 'file';
      readonly repository: string;
      readonly revision?: string | undefined;
      readonly hubUrl?: undefined;
    };

/** A file that a GGUF was made of on this host. */
export interface ConvertedFile {
  readonly role: Extract<ModelFileRole, 'model' | 'tokenizer'>;
  readonly fileName: string;
  /** 64 hexadecimal digits; undefined where it was not written down. */
  readonly sha256?: string | undefined;
}

/** What a GGUF was made of: its source has these, and not the GGUF. */
export interface Conversion {
  /** The reference of the checkpoint, pinned. */
  readonly reference?: string | undefined;
  /** The checkpoint, and the tokenizer that went into the GGUF with it. */
  readonly files: readonly ConvertedFile[];
}

/** What the store knows of a name. */
export interface StoredModel {
  readonly name: string;
  /** The reference in full, pinned; undefined for what was added by hand. */
  readonly reference?: string | undefined;
  /** What else it was asked for by: the same words mean the same model without a network. */
  readonly askedAs: readonly string[];
  readonly source: StoredSource;
  readonly licence?: string | undefined;
  /** What its GGUF was made of on this host: `source` is then that of the checkpoint. See `conversionOf`. */
  readonly convertedFrom?: Conversion | undefined;
  /** All parts in order, then the projector or the tokenizer. */
  readonly files: readonly StoredFile[];
  readonly facts: StoredModelFacts;
  /** Projectors that its source has beside it, but that could not be used. */
  readonly leftOut?: readonly LeftOutFile[] | undefined;
}

/** A file that was not kept, by what its source says of it. */
export interface LeftOutFile {
  readonly fileName: string;
  /** Undefined where the source tells none. */
  readonly sha256?: string | undefined;
}

const SHA256 = matching(/^[0-9a-f]{64}$/);

/** One name in a folder: it may come from a network, and is a file's name on the model disk. */
const FILE_NAME = v.pipe(
  v.string(),
  v.check(isPlainFileName, 'is not the name of a file in a folder'),
);

const MAX_FILE_NAME_BYTES = 255;

/** Whether a text can be the name of one file, in any folder of any host. */
export function isPlainFileName(text: string): boolean {
  return (
    text !== '' &&
    text !== '.' &&
    text !== '..' &&
    !/[/\\\p{Cc}]/u.test(text) &&
    Buffer.byteLength(text) <= MAX_FILE_NAME_BYTES
  );
}

/** Whether a text is an address as records have it, which messages and documents may show. */
function isHubAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && hubAddress(url) === text;
}

const RECORD = object({
  schema: v.literal(1),
  name: v.string(),
  reference: v.exactOptional(v.string()),
  askedAs: v.array(v.string()),
  source: object({
    kind: v.picklist(['hub', 'ollama', 'oci', 'https', 'file']),
    repository: v.string(),
    revision: v.exactOptional(v.string()),
    // Records of earlier versions are without.
    hubUrl: v.exactOptional(v.pipe(v.string(), v.check(isHubAddress, 'is no address of a hub'))),
  }),
  licence: v.exactOptional(v.string()),
  convertedFrom: v.exactOptional(
    object({
      reference: v.exactOptional(v.string()),
      files: v.array(
        object({
          role: v.picklist(['model', 'tokenizer']),
          fileName: FILE_NAME,
          sha256: v.exactOptional(SHA256),
        }),
      ),
    }),
  ),
  files: v.pipe(
    v.array(
      object({
        role: v.picklist(['model', 'projector', 'tokenizer']),
        fileName: FILE_NAME,
        sizeBytes: byteCount,
        sha256: SHA256,
        path: v.exactOptional(
          v.pipe(
            v.string(),
            v.check((path) => isAbsolute(path), 'is not an absolute path'),
          ),
        ),
        /** In decimal: too large for a number of JSON. */
        mtimeNs: matching(/^-?\d{1,30}$/),
      }),
    ),
    v.minLength(1, 'is an empty list'),
  ),
  facts: object({
    architecture: v.exactOptional(v.string()),
    quantisation: v.exactOptional(v.string()),
    parameterCount: v.exactOptional(byteCount),
  }),
  // Most are without.
  leftOut: v.exactOptional(
    v.array(object({ fileName: FILE_NAME, sha256: v.exactOptional(SHA256) })),
  ),
});

/** @throws ZosiaError `ZOSIA_MODEL_RECORD_DAMAGED` */
export function parseRecord(text: string, path: string): StoredModel {
  const { files, ...rest } = parseJson(RECORD, text, (problem, cause) =>
    recordDamaged(path, problem, cause),
  );
  const deceptive = namesOf({ ...rest, files }).find(([, name]) => deceptiveCharacter(name));
  if (deceptive) {
    const [what, name] = deceptive;
    throw recordDamaged(path, `its ${what} ${shownText(name)} has ${deceptiveCharacter(name)!}`);
  }
  const { hubUrl, ...source } = rest.source;
  return {
    ...rest,
    source:
      source.kind === 'file' ? source : { ...source, ...(hubUrl !== undefined && { hubUrl }) },
    files: files.map(({ mtimeNs, ...file }) => ({
      ...file,
      stamp: { sizeBytes: file.sizeBytes, mtimeNs: BigInt(mtimeNs) },
    })),
  };
}

/** What a record names, but for files that the user has: they may be called as they are. */
function namesOf({
  name,
  reference,
  askedAs,
  source,
  convertedFrom,
  files,
}: Pick<
  v.InferOutput<typeof RECORD>,
  'name' | 'reference' | 'askedAs' | 'source' | 'convertedFrom' | 'files'
>) {
  const isOwn = source.kind === 'file';
  return [
    ['name', name],
    ...[reference ?? [], convertedFrom?.reference ?? [], askedAs]
      .flat()
      .map((each) => ['reference', each] as const),
    ...(isOwn ? [] : [['source', source.repository] as const]),
    ...(isOwn ? [] : files.map(({ fileName }) => ['file', fileName] as const)),
    ...(convertedFrom?.files ?? []).map(({ fileName }) => ['file', fileName] as const),
  ] as const;
}

export function recordDamaged(path: string, problem: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_MODEL_RECORD_DAMAGED', `${path} is damaged: ${problem}`, {
    hint: 'Remove the name with zosia model rm, and pull the model again; a file that is whole is not downloaded twice.',
    cause,
  });
}

export function formatRecord({ files, ...rest }: StoredModel): string {
  const written: v.InferInput<typeof RECORD> = JSON.parse(
    JSON.stringify({
      schema: 1,
      ...rest,
      files: files.map(({ stamp, ...file }) => ({ ...file, mtimeNs: String(stamp.mtimeNs) })),
    }),
  ) as v.InferInput<typeof RECORD>;
  return `${JSON.stringify(written, null, 2)}\n`;
}
