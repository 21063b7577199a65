import type { Architecture } from '../../artifacts/architectures.js';
import { sha256 } from '../../image/sha256.js';
import { TOOL_ENVIRONMENT } from '../tool-environment.js';

/** How git makes an archive of the source: without what its user's settings change in files and permissions. */
export const ARCHIVE_SETTINGS = {
  'tar.umask': '0022',
  'core.autocrlf': 'false',
  'core.eol': 'lf',
};

/** What of the repository is of no use here: documents, and files of tokenizers. */
export const LEFT_OUT = ['docs', 'models', 'media'];

/** Variables by which the programs would differ: git has no say in what they are built from. */
export const LLAMA_ENVIRONMENT = { GIT_DIR: '/nonexistent' };

/** What ninja builds. */
export const LLAMA_GOAL = 'programs';

const COMMIT_DIGITS = 12;

/** GCC for an architecture, and its linker, under their names for cross compilation. */
export const gccNames = (
  arch: Architecture,
): { readonly cCompiler: string; readonly cxxCompiler: string; readonly linker: string } => ({
  cCompiler: `${arch}-linux-gnu-gcc`,
  cxxCompiler: `${arch}-linux-gnu-g++`,
  linker: `${arch}-linux-gnu-ld`,
});

export interface CmakeChoice {
  readonly arch: Architecture;
  readonly commit: string;
  readonly cCompiler: string;
  readonly cxxCompiler: string;
}

/** What CMake is told of every build: all but where things lie, and what keeps the compilers' results. */
export const cmakeSettings = (choice: CmakeChoice): string[] => [
  '-GNinja',
  '-Wno-dev',
  '-DCMAKE_BUILD_TYPE=Release',
  '-DCMAKE_SYSTEM_NAME=Linux',
  `-DCMAKE_SYSTEM_PROCESSOR=${choice.arch}`,
  `-DCMAKE_C_COMPILER=${choice.cCompiler}`,
  `-DCMAKE_CXX_COMPILER=${choice.cxxCompiler}`,
  // A build number is a count of commits, which an archive of one has no more.
  '-DLLAMA_BUILD_NUMBER=0',
  `-DLLAMA_BUILD_COMMIT=${choice.commit.slice(0, COMMIT_DIGITS)}`,
];

/** A digest of what a build puts into programs besides source, project and compiler: no places, no processes. */
export function llamaSettingsSha256(arch: Architecture, commit: string): string {
  const environment = { LC_ALL: TOOL_ENVIRONMENT.LC_ALL, ...LLAMA_ENVIRONMENT };
  return sha256(
    JSON.stringify([
      { settings: Object.entries(ARCHIVE_SETTINGS), leftOut: LEFT_OUT },
      cmakeSettings({ arch, commit, ...gccNames(arch) }),
      LLAMA_GOAL,
      Object.entries(environment),
    ]),
  );
}
