import { access, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { debianMirrorBase } from '../../src/artifacts/apt-mirror.js';
import { runApt } from '../../src/artifacts/apt.js';
import { NPM_SETTINGS, enterRoot, mustRun } from './root.js';

/**
 * Builds zosia, boots it and runs its tests in Debian testing, which has newer compilers, QEMU, Node.js
 * and file system tools than the release that it is developed on. Everything happens below one folder,
 * in a system of its own; of this machine only apt, debootstrap and bubblewrap are needed, as root.
 */
const USAGE = `usage: npm run test:newest -- [--keep FOLDER] [TEST...]

Makes a system of Debian testing in a folder, clones the last commit into it, and runs there:
npm ci, zosia up --prompt, npm test, npm run test:thorough and test:toolchain; with TESTs only those.

  --keep FOLDER   where that system is made; it stays there, and is used again by the next run
  TEST...         run only these tests, as vitest takes them`;

/** What a new machine has of its own; the rest is installed by zosia itself. */
const PACKAGES = ['ca-certificates', 'gcc', 'git', 'libc6-dev', 'nodejs', 'npm'];
const CLONE = '/work/zosia';

const { values, positionals } = parseArgs({
  options: { keep: { type: 'string' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (process.getuid?.() !== 0) {
  console.error('A system of its own is made by root alone.');
  process.exit(2);
}

const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'zosia-newest-')));
try {
  const root = join(folder, 'root');
  await makeSystem(root);
  await cloneInto(root);
  const run = enterRoot(root, CLONE, NPM_SETTINGS);
  await run('npm', 'ci');
  await run('npm', 'run', '--silent', 'preup');
  await run('node', 'dist/bin/main.js', 'up', '--prompt', 'What is zosia?');
  await run('npm', 'run', '--silent', 'pretest');
  await run('npx', 'vitest', 'run', ...positionals);
  if (positionals.length === 0) {
    await run('npm', 'run', 'test:thorough');
    await run('npm', 'run', 'test:toolchain');
  }
  await run('npm', 'run', 'lint');
} finally {
  if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
}

/** Debian testing with {@link PACKAGES}, from the mirror that this machine's apt uses. */
async function makeSystem(root: string): Promise<void> {
  const made = join(root, 'etc/zosia-newest');
  if (await exists(made)) return;
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await mustRun('apt-get', ['install', '--yes', '--quiet', 'bubblewrap', 'debootstrap']);
  const lists = await mkdtemp(join(tmpdir(), 'zosia-newest-lists-'));
  const mirror = await debianMirrorBase(lists, runApt).finally(() =>
    rm(lists, { recursive: true, force: true }),
  );
  if (mirror === undefined) throw new Error("this machine's apt has no Debian mirror");
  await mustRun('debootstrap', ['--variant=minbase', 'testing', root, mirror]);
  // A mirror that is a copy of some day has a Release file that has run out.
  const conf = 'Acquire::Check-Valid-Until "false";\nAPT::Sandbox::User "root";\n';
  await writeFile(join(root, 'etc/apt/apt.conf.d/90zosia-newest'), conf);
  const run = enterRoot(root, '/');
  await run('apt-get', 'update');
  await run('apt-get', 'install', '--yes', '--no-install-recommends', ...PACKAGES);
  await writeFile(made, '');
}

/** The last commit, and the shared folder beside the project if there is one. */
async function cloneInto(root: string): Promise<void> {
  await rm(join(root, 'work'), { recursive: true, force: true });
  await mkdir(join(root, 'work'), { recursive: true });
  await mustRun('git', ['clone', '--quiet', '--no-local', '.', join(root, CLONE)]);
  if (await exists('../shared'))
    await cp('../shared', join(root, 'work/shared'), { recursive: true });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
