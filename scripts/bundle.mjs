// The command line and the library as few files, since loading hundreds of small modules takes Node longer
// than most of what they do. The doors of the library share their chunks: an error that one throws is an
// instance of the class that another exports. Everything lies two folders deep, as the sources do, since
// modules find what ships with the package from where they are.
import { build } from 'esbuild';

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

await Promise.all([
  build({ ...options, entryPoints: ['src/cli/main.ts'], outdir: 'dist/bin' }),
  build({
    ...options,
    entryPoints: DOORS.map((name) => `src/library/${name}.ts`),
    outdir: 'dist/library',
  }),
  // What runs in the page of `zosia inspect --html`.
  build({
    entryPoints: ['src/inspect/page/browser/main.ts'],
    ...{ bundle: true, format: 'iife', target: 'es2022', charset: 'ascii', logLevel: 'warning' },
    outfile: 'dist/page/map.js',
  }),
]);
