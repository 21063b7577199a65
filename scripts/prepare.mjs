// npm runs this before it packs the package, links it, or installs it from a git repository: what it then
// takes is what `npm run build` makes, and a clone has none of that.
import { existsSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOOLS = ['typescript', 'esbuild', 'rollup'];

/** The command that the user gave npm: "pack", "ci", "install" ... */
const command = process.env.npm_command ?? '';
const isPacking = ['pack', 'publish'].includes(command);
const hasTools = TOOLS.every((name) => existsSync(`${ROOT}node_modules/${name}/package.json`));

/** Runs npm in the clone; what it prints goes to stderr, since `npm pack` prints a file's name on stdout. */
function npm(...args) {
  const { npm_execpath: program } = process.env;
  const [file, ...before] = program === undefined ? ['npm'] : [process.execPath, program];
  const { status } = spawnSync(file, [...before, ...args], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, process.stderr],
    // `npm pack --dry-run` packs nothing, but lists what it would pack.
    env: { ...process.env, npm_config_dry_run: 'false' },
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (command === 'ci') {
  // `npm ci` is followed by a command that builds by itself: `npm run up`, `npm test`.
} else if (!hasTools && !isPacking) {
  process.stderr.write('zosia is not built: the tools for it are not installed (npm ci)\n');
} else {
  if (!hasTools) npm('ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund');
  // A module that is no longer there would be packed, too.
  if (isPacking) rmSync(`${ROOT}dist`, { recursive: true, force: true });
  npm('run', '--silent', 'build');
}
