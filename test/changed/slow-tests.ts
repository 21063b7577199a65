/** Tests of one npm script, which are run when what they stand on has changed. */
export interface SlowTests {
  /** The script of package.json that runs them; it takes files. */
  readonly script: string;
  readonly files: Readonly<Record<string, readonly string[]>>;
}

/** What the built command line is made of, and what it ships with. */
const COMMAND_LINE = [
  'artifacts.keys.asc',
  'artifacts.lock.json',
  'guest',
  'kernel-config',
  'models/zosia-tiny',
  'package.json',
  'scripts',
  'src',
];
const C_SOURCES = [':(glob)**/*.c', ':(glob)**/*.h', '.clang-format'];
/** Programs of the host that parts of the guests are tested in, and what they are compiled of. */
const GUEST_PROGRAMS = ['guest', ':(glob)test/guest/**/*.[ch]'];
const TINY = ['models/zosia-tiny', 'zosia-tiny'];
const GUESTS = [...COMMAND_LINE, 'test/boot/support'];

/**
 * The test files, each with what it stands on beside the modules that it imports: paths as git takes them, of
 * files that it reads and programs that it runs.
 */
export const SLOW_TESTS: readonly SlowTests[] = [
  {
    // Many boots, sizes, or damages, where a few of `npm test` show that the same works at all.
    script: 'test:thorough',
    files: {
      'test/bench/serve.test.ts': ['bench', ...COMMAND_LINE],
      'test/boot/buildroot.test.ts': GUESTS,
      'test/boot/conversation.test.ts': GUESTS,
      'test/boot/efi-console.test.ts': GUESTS,
      'test/boot/efi-faults.test.ts': GUESTS,
      'test/boot/efi-gguf-chat.test.ts': GUESTS,
      'test/boot/efi-models.test.ts': GUESTS,
      'test/boot/ext4-kernel.test.ts': GUESTS,
      'test/boot/initramfs-kernel.test.ts': GUESTS,
      'test/boot/instant-changes.test.ts': GUESTS,
      'test/boot/instant-copies.test.ts': GUESTS,
      'test/boot/instant-faults.test.ts': GUESTS,
      'test/boot/mapped-disk.test.ts': GUESTS,
      'test/boot/modes.test.ts': GUESTS,
      'test/boot/packed.test.ts': GUESTS,
      'test/boot/text-options.test.ts': GUESTS,
      'test/boot/tune.test.ts': GUESTS,
      'test/boot/wake.test.ts': GUESTS,
      'test/boot/worker-command.test.ts': GUESTS,
      'test/boot/workers.test.ts': GUESTS,
      'test/formats/compression/zstd.test.ts': [],
      'test/formats/ext4/check/large.test.ts': [],
      'test/guest/efi/encoder.test.ts': GUEST_PROGRAMS,
      'test/guest/efi/line-input.test.ts': GUEST_PROGRAMS,
      'test/guest/efi/line-view.test.ts': GUEST_PROGRAMS,
      'test/guest/efi/line.test.ts': GUEST_PROGRAMS,
      'test/guest/efi/model.test.ts': GUEST_PROGRAMS,
      'test/guest/efi/terminal-keys.test.ts': GUEST_PROGRAMS,
      'test/guest/engine/fuzzed.test.ts': GUEST_PROGRAMS,
      'test/guest/engine/many-hostile.test.ts': [...GUEST_PROGRAMS, 'models/zosia-tiny'],
      'test/guest/generation/turn.test.ts': [...GUEST_PROGRAMS, 'models/zosia-tiny'],
      'test/guest/output-filter.test.ts': GUEST_PROGRAMS,
      'test/guest/products/multiply-aarch64.test.ts': GUEST_PROGRAMS,
      'test/guest/products/multiply.test.ts': GUEST_PROGRAMS,
      'test/guest/tokenizer/published-control.test.ts': GUEST_PROGRAMS,
      'test/host/long-images.test.ts': [],
      'test/layers.test.ts': ['.dependency-cruiser.cjs', 'package.json', 'src', 'tsconfig.json'],
      'test/oracle/engine/greedy-all.test.ts': ['artifacts.lock.json', ...GUEST_PROGRAMS],
      'test/oracle/engine/native-llama.test.ts': ['artifacts.lock.json', ...GUEST_PROGRAMS],
      'test/oracle/ext4-check/feature-images.test.ts': [],
      'test/oracle/ext4-check/mutation.test.ts': [],
      'test/oracle/ext4/extremes.test.ts': [],
      'test/oracle/ext4/sizes.test.ts': [],
      'test/oracle/ext4/trees.test.ts': [],
      'test/oracle/fat/mkfs.test.ts': [],
      'test/oracle/fat/trees.test.ts': [],
      'test/oracle/published-tokenizers.test.ts': ['artifacts.lock.json', ...GUEST_PROGRAMS],
      'zosia-tiny/test/boot/tokens.test.ts': [...GUESTS, 'zosia-tiny'],
    },
  },
  {
    // What the repository has built, built again: the guests' programs, and what zosia-tiny was taught. With
    // them the style of C, which wants the same LLVM; what Kconfig makes of a fragment that no kernel of ours
    // has, which wants the kernel's source; what runs in the newest Node.js, which is not installed; and the
    // lock, resolved anew in Debian's archive, which has to be there.
    script: 'test:toolchain',
    files: {
      'test/artifacts/update/archive.test.ts': ['artifacts.keys.asc', 'artifacts.lock.json'],
      'test/toolchain/c-style.test.ts': C_SOURCES,
      'test/toolchain/docker/rebuild.test.ts': COMMAND_LINE,
      'test/toolchain/efi.test.ts': ['guest'],
      'test/toolchain/guest.test.ts': ['guest'],
      'test/toolchain/kernel/configure.test.ts': ['artifacts.lock.json', 'kernel-config'],
      'test/toolchain/kernel/rebuild.test.ts': COMMAND_LINE,
      'test/toolchain/llama/rebuild.test.ts': COMMAND_LINE,
      'test/toolchain/newest-node.test.ts': [
        ...COMMAND_LINE,
        'test/host',
        'test/machine/llama-server',
        'test/machine/qemu',
      ],
      'test/toolchain/other-compilers.test.ts': ['guest'],
      'zosia-tiny/test/corpus.test.ts': TINY,
      'zosia-tiny/test/shipped.test.ts': TINY,
    },
  },
  {
    script: 'test:peers',
    files: {
      'test/peers/buildroot.test.ts': COMMAND_LINE,
      'test/peers/ext4-features.test.ts': [],
      'test/peers/images.test.ts': [],
    },
  },
];

/** The test files of one script. */
export const slowTests = (script: string): readonly string[] =>
  SLOW_TESTS.filter((tests) => tests.script === script).flatMap(({ files }) => Object.keys(files));

/** The test files of all of them, which `npm test` leaves out. */
export const ALL_SLOW_TESTS: readonly string[] = SLOW_TESTS.flatMap(({ files }) =>
  Object.keys(files),
);
