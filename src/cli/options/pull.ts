import { hubAccess } from '../environment.js';
import { say } from '../output/output.js';
import { startProgress } from '../output/progress.js';
import { waitNotice } from '../output/wait-notice.js';
import { downloadFile } from '../../download/download-file.js';
import { openHttpClient } from '../../download/api.js';
import { offlineClient } from '../../download/http-client.js';
import type { DownloadFile } from '../../download/remote-file.js';
import { isHubUrl } from '../../models/references/parse-hub.js';
import { hubFileHint } from '../../models/transports/failures.js';
import type { GetModelOptions } from '../../models/pull/get-model.js';
import { offlineWithout } from '../../models/pull/pull.js';
import type { ModelForm } from '../../models/resolve/resolve-entry.js';

/** What every pull is told. */
type PullSettings = Pick<
  GetModelOptions,
  'context' | 'download' | 'signal' | 'onBytes' | 'onWait' | 'onNote'
>;

export interface PullingOptions {
  /** What the user called the model. */
  readonly named: string;
  /** Of a name of the catalogue: in which form it is wanted. */
  readonly form?: ModelForm | undefined;
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

/** Runs `use` with what a pull needs; its downloads are drawn until it is done. */
export async function pulling<T>(
  { named, form, offline, signal }: PullingOptions,
  use: (settings: PullSettings) => Promise<T>,
): Promise<T> {
  const progress = startProgress();
  const http = offline ? undefined : openHttpClient();
  try {
    const hub = hubAccess();
    return await use({
      context: { http: http ?? offlineClient(), ...hub },
      download: offline ? () => Promise.reject(offlineWithout(named, form)) : withHubHints(hub),
      signal,
      onBytes: (name, done, total) => {
        progress.update(name, done, total);
      },
      onWait: waitNotice(),
      onNote: (line) => {
        say(`zosia: ${line}`);
      },
    });
  } finally {
    progress.stop();
    await http?.close();
  }
}

/** The hub says of a file what it does not say of its repository: that a token may not read it, for one. */
function withHubHints({ hubUrl, hubToken }: ReturnType<typeof hubAccess>): DownloadFile {
  const hints = (status?: number) => hubFileHint(status, hubToken !== undefined);
  return (file, target, options = {}) =>
    downloadFile(
      file,
      target,
      isHubUrl(file.url, hubUrl) && options.hints === undefined ? { ...options, hints } : options,
    );
}
