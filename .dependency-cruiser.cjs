/**
 * The one direction of data: cli -> perf -> up -> doctor -> recipes/machine/toolchain -> artifacts/inspect -> formats -> image.
 * A room may import itself, the rooms below it, and errors.ts.
 */
const room = (name, allowed) => ({
  name: `${name}-imports-downwards`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: [`^src/(${[name, ...allowed].join('|')})/`, '^src/errors\\.ts$'] },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^src/cli/main\\.ts$', '^src/index\\.ts$'] },
      to: {},
    },
    room('image', []),
    room('formats', ['image']),
    room('artifacts', ['formats', 'image']),
    room('perf', ['up', 'recipes', 'machine', 'artifacts', 'formats', 'image']),
    room('recipes', ['inspect', 'artifacts', 'formats', 'image']),
    room('machine', ['artifacts', 'formats', 'image']),
    room('inspect', ['formats', 'image']),
    room('toolchain', ['artifacts', 'formats', 'image']),
    room('doctor', ['machine', 'artifacts', 'image']),
    room('up', ['recipes', 'machine', 'inspect', 'artifacts', 'formats', 'image']),
    {
      name: 'formats-are-pure',
      comment: 'Formats plan and parse bytes; files, processes and networks belong to other rooms.',
      severity: 'error',
      from: { path: '^src/formats/' },
      to: {
        path: '^(node:)?(fs|fs/promises|child_process|net|http|https|os)$|^node_modules/(execa|undici)/',
      },
    },
    {
      name: 'only-the-cli-parses-arguments',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^node_modules/commander/' },
    },
    {
      name: 'nothing-imports-the-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.d.ts'] },
  },
};
