const { builtinModules } = require('node:module');

/** What layers have in common. */
const FILES = ['host', 'formats', 'image'];
const PACKAGES = ['artifacts', ...FILES];
const PRODUCTS = ['recipes', 'models', 'inspect', ...PACKAGES];
const MACHINES = ['prepare', 'machine', 'models', 'recipes', 'html', ...PACKAGES];

/**
 * Holds what docs/architecture.md says of the layers: each folder of src may import itself, those below it
 * that are named here, and the few files that belong to none.
 */
const LAYERS = {
  image: [],
  html: [],
  formats: ['image'],
  host: ['image'],
  download: FILES,
  artifacts: ['download', ...FILES],
  models: ['inspect', 'download', ...FILES],
  inspect: ['html', ...FILES],
  toolchain: PACKAGES,
  machine: PACKAGES,
  recipes: PRODUCTS,
  provenance: ['toolchain', ...PRODUCTS],
  doctor: ['machine', 'artifacts', 'host', 'image'],
  prepare: ['machine', ...PRODUCTS],
  workers: MACHINES,
  serve: ['inspect', 'workers', ...MACHINES],
  perf: MACHINES,
};
const SHARED = '^src/(errors|json|shell-word|wording)\\.ts$';

/** The core runs in a browser, too: what it reaches is part of it, however many imports away. */
const CORE = '^src/(formats|image|html)/|^src/inspect/(map|page)/|^src/library/core\\.ts$';
/** Of Node.js, `buffer` alone: bundlers have a package of that name. */
const HOST_MODULES = `^(node:)?(${builtinModules.filter((name) => name !== 'buffer').join('|')})$`;
/** Packages that run in a browser, and those that these import. */
const PURE_PACKAGES = 'node_modules/(@noble/hashes|buffer|fzstd|pako|valibot|xz-decompress)/';
/** Reads packages of Debian, by a package that wants Node's events: no part of the library's core. */
const NOT_CORE = '^src/formats/(deb|tar)/';

const layer = ([name, below]) => ({
  name: `${name}-imports-downwards`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: [`^src/(${[name, ...below].join('|')})/`, SHARED] },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-circles-of-folders',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^src/cli/main\\.ts$', '^src/library/'] },
      to: {},
    },
    ...Object.entries(LAYERS).map(layer),
    {
      name: 'the-core-reaches-nothing-of-the-host',
      comment:
        'Formats and images are bytes; files, processes and networks belong to src/host and above.',
      severity: 'error',
      from: { path: CORE },
      to: { path: [HOST_MODULES, '^src/host/'], reachable: true },
    },
    {
      name: 'the-core-reaches-packages-for-browsers-alone',
      severity: 'error',
      from: { path: CORE, pathNot: NOT_CORE },
      to: { path: 'node_modules/', pathNot: PURE_PACKAGES, reachable: true },
    },
    {
      name: 'only-the-cli-parses-arguments',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^node_modules/commander/' },
    },
    {
      name: 'nothing-imports-the-library',
      comment:
        'src/library only exports; who imports one door of the package does not load another.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/library/' },
    },
    {
      name: 'nothing-imports-the-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'zosia-tiny-uses-the-public-door',
      severity: 'error',
      from: { path: '^zosia-tiny/src/' },
      to: { path: '^src/', pathNot: '^src/library/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.d.ts'] },
  },
};
