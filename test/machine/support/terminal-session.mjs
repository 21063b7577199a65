/**
 * A process that runs a machine on the terminal it is started on, as the command line does.
 * Arguments: the path of QEMU, how the session ends (`normal`, `throws`), QEMU_SERIAL if any, and a file that gets
 * the code of the error that the session ends with: when the terminal is gone, Node aborts at its exit.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import process from 'node:process';
import { URL } from 'node:url';
import { createServer } from 'vite';

const [qemu, ending, serial, failurePath] = process.argv.slice(2);
const server = await createServer({
  root: new URL('../../..', import.meta.url).pathname,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  optimizeDeps: { noDiscovery: true },
});
const { runInteractive } = await server.ssrLoadModule('/src/machine/machine.ts');
const { findSetpriv } = await server.ssrLoadModule('/src/machine/qemu/process.ts');
await server.close();

const spec = {
  arch: 'aarch64',
  qemu,
  setpriv: await findSetpriv((process.env.PATH ?? '').split(delimiter)),
  sandbox: false,
  exitWithParent: false,
  kernel: 'Image',
  initrd: 'initrd',
  ramMiB: 64,
  cpus: 1,
  accel: { name: 'tcg' },
  cpuModel: 'neoverse-n1',
  append: '',
  console: serial ? { to: 'backend', backend: serial } : { to: 'stdio' },
};
if (ending === 'throws') {
  process.on('SIGUSR2', () => {
    throw new Error('a defect');
  });
}
// As the command line does: the terminal may be gone.
process.stdout.on('error', () => undefined);
try {
  const { exitStatus } = await runInteractive(spec, process);
  process.exitCode = exitStatus;
} catch (error) {
  process.stdout.write(`session failed: ${error.code}\n`);
  if (failurePath) writeFileSync(failurePath, String(error.code));
  process.exitCode = 99;
}
// Node puts a terminal back when it exits; by now it must be back already.
const { stdout: modes } = spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'inherit'] });
process.stdout.write(`the left=${modes}`);
