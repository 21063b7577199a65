import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';

/** What every test stands on: the versions of packages, and how vitest is set up. */
const OF_ALL = ['package-lock.json', ':(glob)vitest*.config.ts', 'test/support'];

/**
 * The sha256 of all that a test file stands on: itself, the modules it imports, however many imports away, and
 * files by name. The same on every host and in every clone with the same files.
 *
 * @param root the repository's folder
 * @param file the test's path in it
 * @param besides pathspecs (gitglossary(7)) of files in it
 */
export async function inputsDigest(
  root: string,
  file: string,
  besides: readonly string[],
): Promise<string> {
  const paths = new Set([
    ...(await importedFiles(root, file)),
    ...(await filesOf(root, [...OF_ALL, ...besides])),
  ]);
  const digest = createHash('sha256');
  for (const path of [...paths].sort()) {
    const content = createHash('sha256').update(await readFile(join(root, path)));
    digest.update(`${content.digest('hex')}  ${path}\n`);
  }
  return digest.digest('hex');
}

/** The files of whose code a module is made, itself included, without packages and what nothing calls. */
export async function importedFiles(root: string, file: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [file],
    bundle: true,
    write: false,
    outdir: 'unwritten',
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output!.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

/** Files in git's index, or not ignored: what a commit of everything would have. */
async function filesOf(root: string, pathspecs: readonly string[]): Promise<string[]> {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await execa('git', [...listing, '--', ...pathspecs], { cwd: root });
  return stdout.split('\0').filter((path) => path !== '');
}
