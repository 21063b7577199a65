// The command line and the library as few files, since loading hundreds of small modules takes Node longer
// than most of what they do. The doors of the library share their chunks: an error that one throws is an
// instance of the class that another exports. Everything lies two folders deep, as the sources do, since
// modules find what ships with the package from where they are.
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleCommandLine } from './bundle/command-line.mjs';
import { bundledPackages, licenceNotice } from './bundle/licences.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOORS = ['core', 'host', 'recipes', 'machine', 'perf'];

const options = {
  bundle: true,
  splitting: true,
  packages: 'external',
  // Bundled, so that only the functions in use are loaded.
  alias: { valibot: './node_modules/valibot/dist/index.mjs' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
};

async function bundleLibrary(outdir) {
  const { metafile } = await build({
    ...options,
    entryPoints: DOORS.map((name) => `src/library/${name}.ts`),
    outdir,
    metafile: true,
  });
  return bundledPackages(Object.keys(metafile.inputs), ROOT);
}

/** Builds into a folder, without what an earlier build left there under other names, and adds the licences of what is bundled there. */
async function withLicences(outdir, bundle) {
  await rm(outdir, { recursive: true, force: true });
  const packages = await bundle(outdir);
  await writeFile(`${outdir}/LICENSES.txt`, licenceNotice(packages));
}

/** What runs in pages: that of `zosia inspect --html`, and that of `zosia serve`. */
async function bundlePages(outdir) {
  const { metafile } = await build({
    entryPoints: {
      map: 'src/inspect/page/browser/main.ts',
      chat: 'src/serve/page/browser/main.ts',
    },
    ...{ bundle: true, format: 'iife', target: 'es2022', charset: 'ascii', logLevel: 'warning' },
    outdir,
    metafile: true,
  });
  return bundledPackages(Object.keys(metafile.inputs), ROOT);
}

await Promise.all([
  withLicences('dist/bin', (outdir) => bundleCommandLine(options, outdir, ROOT)),
  withLicences('dist/library', bundleLibrary),
  withLicences('dist/page', bundlePages),
]);
