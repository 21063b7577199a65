import { ZosiaError } from '../errors.js';
import type { Ext4Entry } from '../formats/ext4/entry.js';
import { sha256 } from '../image/sha256.js';
import { requireFit } from '../inspect/models/kind.js';
import { hostFileData } from '../host/host-file.js';
import type { HostFile } from '../host/host-file.js';
import type { Companion, GgufFile, Model } from './model.js';

/** Where things lie on a model disk; guest/init looks for them there. */
export const MODEL_PATH = '/model.gguf';
export const PROJECTOR_PATH = '/mmproj.gguf';
export const DRAFT_PATH = '/draft.gguf';
/** @param number from 1 to {@link MAX_ADAPTERS} */
export const adapterPath = (number: number): string => `/lora-${number}.gguf`;

/** As many as guest/init looks for (MODEL_ADAPTERS_MAX). */
export const MAX_ADAPTERS = 64;

/** What goes with a model. */
export interface Companions {
  /** The multimodal projector. */
  readonly projector?: Companion | undefined;
  /** LoRA adapters, applied in this order. */
  readonly adapters?: readonly Companion[] | undefined;
  /** A smaller model, which proposes tokens that the model then checks. */
  readonly draft?: Companion | undefined;
}

/** Something on a model disk. */
export type DiskEntry =
  | {
      readonly type: 'file';
      readonly diskPath: string;
      readonly file: HostFile;
      /** What the file is called, where its path does not end in it. */
      readonly fileName?: string | undefined;
      /** Of a GGUF; see `ModelPart.headerSha256`. */
      readonly headerSha256?: string | undefined;
      /** Of the whole file, where it is known without reading it: see `KnownDigest`. */
      readonly sha256?: string | undefined;
    }
  | { readonly type: 'symlink'; readonly diskPath: string; readonly target: string }
  /** `target` is the path on the disk of a file or a symbolic link. */
  | { readonly type: 'hardlink'; readonly diskPath: string; readonly target: string }
  | { readonly type: 'directory'; readonly diskPath: string };

/**
 * A model and what goes with it, by their places on the disk. A single model is {@link MODEL_PATH}.
 * The parts of a split one keep their names, by which llama.cpp finds them, and `MODEL_PATH` links to
 * the first.
 *
 * @throws ZosiaError `ZOSIA_TOO_MANY_ADAPTERS`, `ZOSIA_COMPANION_DOES_NOT_FIT`
 */
export function modelEntries(model: Model, companions: Companions = {}): DiskEntry[] {
  const { projector, adapters = [], draft } = companions;
  const others = [projector, draft].filter((each) => each !== undefined);
  if (adapters.length > MAX_ADAPTERS) {
    throw new ZosiaError('ZOSIA_TOO_MANY_ADAPTERS', `a disk of ${adapters.length} LoRA adapters`, {
      hint: `The guest applies ${MAX_ADAPTERS} at most.`,
    });
  }
  for (const { header, kind, path } of [...others, ...adapters]) {
    requireFit(header, kind, model.base, path);
  }
  const gguf = (diskPath: string, file: GgufFile): DiskEntry => ({
    type: 'file',
    diskPath,
    file,
    fileName: file.fileName,
    headerSha256: file.headerSha256,
    sha256: file.sha256,
  });
  const [first, ...rest] = model.parts;
  const parts: DiskEntry[] =
    rest.length === 0
      ? [gguf(MODEL_PATH, first!)]
      : [
          ...model.parts.map((part) => gguf(`/${part.fileName}`, part)),
          { type: 'symlink', diskPath: MODEL_PATH, target: first!.fileName },
        ];
  return [
    ...parts,
    ...(projector ? [gguf(PROJECTOR_PATH, projector)] : []),
    ...adapters.map((adapter, index) => gguf(adapterPath(index + 1), adapter)),
    ...(draft ? [gguf(DRAFT_PATH, draft)] : []),
  ];
}

/** An entry as the ext4 planner takes it. Modes are fixed: nobody's umask reaches the disk. */
export function ext4Entry(entry: DiskEntry): Ext4Entry {
  const { diskPath: path } = entry;
  switch (entry.type) {
    case 'file':
      return { type: 'file', path, data: hostFileData(entry.file), mode: 0o444 };
    case 'symlink':
      return { type: 'symlink', path, target: entry.target };
    case 'hardlink':
      return { type: 'hardlink', path, target: entry.target };
    case 'directory':
      return { type: 'directory', path };
  }
}

/**
 * What tells a disk from others with the same label: the models' headers, and of everything else place
 * and size, or what it leads to. Digests of whole files are not among it: a disk is the same whether they
 * are known or not.
 */
export function identityOf(entries: readonly DiskEntry[]): Uint8Array {
  const facts = entries.map((entry) => {
    switch (entry.type) {
      case 'file':
        return [entry.diskPath, entry.file.sizeBytes, entry.headerSha256 ?? null];
      case 'symlink':
        return [entry.diskPath, entry.target];
      case 'hardlink':
        return [entry.diskPath, 'hardlink', entry.target];
      case 'directory':
        return [entry.diskPath];
    }
  });
  return Buffer.from(sha256(JSON.stringify(facts)), 'hex');
}
