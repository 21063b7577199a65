import type { OpenRandomAccess } from '../image/random-access.js';
import { CATALOGUE, findEntry } from '../models/catalogue/catalogue.js';
import { MODEL_KINDS } from '../inspect/models/kind.js';
import type { ModelKind } from '../inspect/models/kind.js';
import type { ResolvedFile, ResolvedModel } from '../models/resolved-model.js';
import { fitOf } from './fit.js';
import type { Fit, FitHost, FitSubject, FitWishes } from './fit.js';
import { checkFit, describeDownload, describeFit } from './fit-messages.js';
import { readFitSubject } from './remote-model.js';
import { bestFitting, entrySubject } from './suggest.js';

export interface BeforePullOptions {
  readonly host: FitHost;
  readonly wishes?: FitWishes | undefined;
  /** How many bytes are still to come; those of all files unless given. */
  readonly downloadBytes?: number | undefined;
  /** Whether the model is to run here at once: too little memory is an error then, and else a warning. */
  readonly runsHere: boolean;
  /** What it may be; what is to run here has to generate text unless given. */
  readonly kinds?: readonly ModelKind[] | undefined;
  /** The model that drafts for it: counted as well. */
  readonly draft?: FitSubject | undefined;
  /** The model that this one is to draft for: both have to fit together. */
  readonly draftsFor?: FitSubject | undefined;
  /**
   * Opens a file where it lies, to read its header by ranges; undefined where that cannot be done: then what is
   * not in the catalogue is not looked at.
   */
  readonly open: (file: ResolvedFile) => Promise<OpenRandomAccess | undefined>;
}

/** What was found out about a model before its download. */
export interface BeforePull {
  /** Undefined where nothing could be found out. */
  readonly fit: Fit | undefined;
  /** Size, free disk, memory and speed in figures, a line each for the download and for running it. */
  readonly figures: readonly string[];
  /** What a user should know. */
  readonly warnings: readonly string[];
}

/**
 * Refuses what does not fit this host before the first byte of its weights is downloaded, with figures and
 * with what would fit. Of models in the catalogue the facts are known; of others the header is read.
 *
 * @throws ZosiaError as `checkFit` and `readFitSubject`, and those of `open`
 */
export async function checkBeforePull(
  resolved: ResolvedModel,
  options: BeforePullOptions,
): Promise<BeforePull> {
  const { host, wishes, runsHere, draft, draftsFor } = options;
  const pulled = await pullSubject(resolved, options);
  if (!pulled) {
    const downloadBytes = options.downloadBytes ?? bytesOf(resolved.files);
    const figures = [describeDownload(resolved.name, downloadBytes, host.freeDiskBytes)];
    return { fit: undefined, figures, warnings: [] };
  }
  const subject = draftsFor ? { ...draftsFor, draft: pulled } : { ...pulled, draft };
  const fit = fitOf(subject, host, wishes);
  // Whether a draft is one for another model, nobody can tell beforehand.
  const instead =
    fit.fitsMemory || subject.draft
      ? undefined
      : bestFitting(CATALOGUE, host, wishes, subject.name);
  const warnings = checkFit(fit, { runsHere, instead });
  return { fit, figures: describeFit(fit), warnings };
}

/**
 * What of a model that is to be pulled decides whether it fits; undefined where that cannot be found out.
 *
 * @throws ZosiaError as `readFitSubject`, and those of `open`
 */
export async function pullSubject(
  { name, files }: ResolvedModel,
  options: Pick<BeforePullOptions, 'downloadBytes' | 'runsHere' | 'kinds' | 'open'>,
): Promise<FitSubject | undefined> {
  const projectorBytes = bytesOf(files, 'projector');
  const downloadBytes = options.downloadBytes ?? bytesOf(files, 'model') + projectorBytes;
  // `zosia up` leaves the projector where it is; other machines may have it on their disks.
  const companionBytes = options.runsHere ? 0 : projectorBytes;
  const first = files.find(({ role }) => role === 'model');
  if (!first || !first.fileName.endsWith('.gguf')) return undefined;
  const entry = findEntry(name);
  if (entry?.gguf && first.sha256 !== undefined && entry.gguf.sha256 === first.sha256) {
    return { ...entrySubject(entry), companionBytes, downloadBytes };
  }
  const opened = await options.open(first);
  if (!opened) return undefined;
  const modelBytes = bytesOf(files, 'model');
  const { kinds = options.runsHere ? (['model'] as const) : MODEL_KINDS } = options;
  return readFitSubject(opened, { name, modelBytes, companionBytes, downloadBytes, kinds });
}

/** Bytes of the files whose size is known, of one role or of all. */
const bytesOf = (files: readonly ResolvedFile[], role?: ResolvedFile['role']): number =>
  files
    .filter((file) => role === undefined || file.role === role)
    .reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
