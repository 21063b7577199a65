// Downloads one file in a process of its own, for tests that kill it. What it is told is one argument of JSON; what
// has come of it is a line of JSON on stdout.
import { argv, stdout } from 'node:process';
import { makeDownloader } from '../../src/download/download-file.js';
import type { DownloaderOptions } from '../../src/download/download-file.js';
import { ZosiaError } from '../../src/errors.js';

/** What a child is told. */
export interface ChildTask {
  readonly url: string;
  readonly target: string;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly wait?: boolean | undefined;
  readonly means: DownloaderOptions;
}

/** What has come of it. */
export type ChildResult =
  | { readonly sha256: string; readonly waited: boolean }
  | { readonly code: string; readonly message: string };

async function main(task: ChildTask): Promise<ChildResult> {
  const { url, target, sizeBytes, sha256, wait, means } = task;
  const file = { name: 'model.gguf', url: new URL(url), sizeBytes, sha256 };
  let waited = false;
  try {
    const found = await makeDownloader(means)(file, target, {
      wait,
      onWait: (reason) => {
        waited ||= reason.includes('another process');
      },
    });
    return { sha256: found.sha256, waited };
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    return { code: error.code, message: error.message };
  }
}

void main(JSON.parse(argv[2]!) as ChildTask).then((result) => {
  stdout.write(`${JSON.stringify(result)}\n`);
});
