// The command line, as few files as load fast. Node takes about a third of a millisecond to find, read and link
// a module, so that a hundred of them cost more than writing a disk. esbuild compiles the sources and puts each
// set of modules that is always loaded together into one chunk, which are hundreds, as there are dozens of
// places where something is imported when it is needed; rollup then joins chunks. They are CommonJS modules:
// Node starts those without its loader for the others, and does not read all that its own modules export.
import { readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { build, transform } from 'esbuild';
import { rollup } from 'rollup';
import { bundledPackages } from './licences.mjs';

/** What is loaded together: a group has its modules, and whatever these import that no earlier group has. */
const GROUPS = {
  main: ['src/cli/main.ts'],
  start: ['src/cli/command-line.ts'],
  'image-model': [
    'src/cli/image/image.ts',
    'src/cli/image/model.ts',
    'src/recipes/model-disk.ts',
    'src/recipes/model.ts',
    'src/recipes/additions.ts',
    'src/artifacts/cache.ts',
    'src/host/temporary.ts',
  ],
  machines: [
    'src/cli/up/up.ts',
    'src/cli/run/run.ts',
    'src/cli/run/linux.ts',
    'src/cli/run/efi.ts',
  ],
  'linux-machine': ['src/cli/up/linux.ts'],
};

/** A chunk that is smaller is joined with one that is loaded on the same occasions, where there is one. */
const SMALL_BYTES = 20_000;

/**
 * Packages that every command needs, and those that cannot be required; the others are loaded from where npm
 * has installed them.
 */
const BUNDLED = [
  'commander',
  '@noble/hashes',
  'valibot',
  'get-east-asian-width',
  'execa',
  'p-queue',
];

/**
 * What is imported when it is needed. Where rollup sees which names are taken of it, it does not see what their
 * functions are called with, and takes for constant a parameter that all other calls give the same (4.60): it
 * is not to see it.
 */
const DYNAMIC_IMPORT = /\bimport\("\.\/[^"]+"\)/g;

/** esbuild writes its chunks here, in memory alone. */
const COMPILED = '/compiled';

/**
 * Node's own modules as packages in CommonJS ask for them, by `require`, which there is none of in a module.
 * Importing `node:process` would open stdin, and read what else process has, to export it.
 */
const requiredBuiltins = {
  name: 'required-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path, kind, importer }) => {
      const name = path.replace(/^node:/, '');
      if (kind !== 'require-call' || !builtinModules.includes(name)) return undefined;
      // commander starts programs that are subcommands with it; there are none, and it is slow to load.
      const isUnused = name === 'child_process' && importer.includes('/node_modules/commander/');
      return { path: name, namespace: isUnused ? 'unused-builtin' : 'builtin' };
    });
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      if (path === 'process') return { contents: 'module.exports = process;' };
      return { contents: `export * from 'node:${path}';` };
    });
    onLoad({ filter: /.*/, namespace: 'unused-builtin' }, () => ({ contents: '' }));
  },
};

/** commander without its comments, which are half of it; those of other packages tell what can be left out. */
const withoutComments = {
  name: 'without-comments',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/commander\/.*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, { minifyWhitespace: true, legalComments: 'none' });
      return { contents: code };
    });
  },
};

/**
 * Writes the command line, with `main.js` as its first file.
 *
 * @param {import('esbuild').BuildOptions} options as for the library
 * @param {string} outdir
 * @param {string} root of the clone
 */
export async function bundleCommandLine(options, outdir, root) {
  const { dependencies } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
  const { outputFiles, metafile } = await build({
    ...options,
    packages: 'bundle',
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outdir: COMPILED,
    external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
    plugins: [requiredBuiltins, withoutComments],
    metafile: true,
    write: false,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const groups = groupChunks(metafile);
  const bundle = await rollup({
    input: inMemory(chunkOf('src/cli/main.ts', metafile)),
    plugins: [
      {
        name: 'compiled',
        resolveId: (id, importer) =>
          importer !== undefined && id.startsWith('.')
            ? posix.join(posix.dirname(importer), id)
            : { id, external: !texts.has(id) },
        load: (id) => texts.get(id)?.replaceAll(DYNAMIC_IMPORT, '(0, $&)'),
        // Without what rollup adds for browsers.
        resolveImportMeta: (property) =>
          property === 'url' ? "require('node:url').pathToFileURL(__filename).href" : null,
      },
    ],
    // Importing a module of Node's does nothing but load it.
    treeshake: { moduleSideEffects: (id) => !id.startsWith('node:') },
    onLog: (level, { code, message }) => {
      if (level === 'warn' && code !== 'UNUSED_EXTERNAL_IMPORT') throw new Error(message);
    },
  });
  await bundle.write({
    dir: outdir,
    format: 'cjs',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    hoistTransitiveImports: false,
    experimentalMinChunkSize: SMALL_BYTES,
    manualChunks: (id) => groups.get(id),
  });
  await writeFile(`${outdir}/package.json`, '{ "type": "commonjs" }\n');
  return bundledPackages(Object.keys(metafile.inputs), root);
}

/** Where esbuild has put a chunk that its report names from the root of the clone. */
const inMemory = (path) => posix.join(COMPILED, posix.basename(path));

/** The chunk of a module that is imported when it is needed, or is the first. */
function chunkOf(source, { outputs }) {
  const found = Object.keys(outputs).find((path) => outputs[path].entryPoint === source);
  if (found === undefined) throw new Error(`nothing imports ${source} when it is needed`);
  return found;
}

/** The name of the group of each chunk in memory that has one. */
function groupChunks(metafile) {
  const groups = new Map();
  for (const [name, sources] of Object.entries(GROUPS)) {
    const chunks = new Set(sources.map((source) => chunkOf(source, metafile)));
    for (const chunk of chunks) {
      const path = inMemory(chunk);
      if (groups.has(path)) continue;
      groups.set(path, name);
      for (const { kind, external, path: imported } of metafile.outputs[chunk].imports) {
        if (kind === 'import-statement' && !external) chunks.add(imported);
      }
    }
  }
  return groups;
}
