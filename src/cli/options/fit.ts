import { folders } from '../environment.js';
import { say, warn } from '../output/output.js';
import { openRemote } from '../../download/remote-access.js';
import type { OpenRandomAccess } from '../../image/random-access.js';
import type { PullOptions } from '../../models/pull/pull.js';
import type { ResolvedFile } from '../../models/resolved-model.js';
import { readSpeeds } from '../../perf/speed-history.js';
import { checkBeforePull } from '../../prepare/before-pull.js';
import type { BeforePullOptions } from '../../prepare/before-pull.js';
import { readFitHost } from '../../prepare/fit.js';
import type { Fit, FitWishes } from '../../prepare/fit.js';

export interface FitCheckOptions extends Pick<BeforePullOptions, 'draft' | 'draftsFor' | 'kinds'> {
  /** Where models are kept. */
  readonly folder: string;
  /** Whether the model is to run here at once. */
  readonly runsHere: boolean;
  readonly wishes?: FitWishes | undefined;
  /** Called with what is said, in figures. */
  readonly onFit?: ((fit: Fit) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Looks at a model before its first byte is downloaded, and says what it finds: see `checkBeforePull`. */
export function fitCheck({
  folder,
  runsHere,
  wishes,
  onFit,
  signal,
  ...others
}: FitCheckOptions): PullOptions['beforeDownload'] {
  return async (resolved, downloadBytes) => {
    const host = await readFitHost(folder, await readSpeeds(folders().cacheDirectory));
    const { fit, figures, warnings } = await checkBeforePull(resolved, {
      ...others,
      host,
      wishes,
      downloadBytes,
      runsHere,
      open: remoteOpener(signal),
    });
    for (const line of figures) say(line);
    for (const warning of warnings) warn(warning);
    if (fit) onFit?.(fit);
  };
}

/** A server that does not answer, or has no ranges, is for the download to speak of. */
export const remoteOpener =
  (signal: AbortSignal) =>
  (file: ResolvedFile): Promise<OpenRandomAccess | undefined> =>
    openRemote(file, { signal }).catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
