/** Variables by which what a user has set for other builds would get into ours, each line with what reads it. */
const FOREIGN_SETTINGS = [
  // GCC and clang: further folders and programs, a date, and changes to their options.
  'CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH GCC_EXEC_PREFIX',
  'GCC_COMPARE_DEBUG SOURCE_DATE_EPOCH CCC_OVERRIDE_OPTIONS',
  // Linkers: lld-link, and GNU's.
  'LIB LINK _LINK_ LD_RUN_PATH LDEMULATION',
  // Makefiles and CMake: what they hand to compilers.
  'CFLAGS CXXFLAGS CPPFLAGS ASMFLAGS LDFLAGS',
  // make itself.
  'MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKEFILES',
  // The kernel's makefile (kernel Documentation/kbuild/kbuild.rst).
  'KCFLAGS KAFLAGS KCPPFLAGS HOSTCFLAGS HOSTCXXFLAGS HOSTLDFLAGS HOSTLDLIBS LOCALVERSION KCONFIG_CONFIG',
  'KBUILD_OUTPUT KBUILD_EXTMOD CROSS_COMPILE LLVM_IAS',
  // CMake: another generator, toolchain, or place for libraries.
  'CMAKE_GENERATOR CMAKE_TOOLCHAIN_FILE CMAKE_PREFIX_PATH CMAKE_INCLUDE_PATH CMAKE_LIBRARY_PATH',
  // What unpacks sources and packs kernels: options before those that it is given.
  'TAR_OPTIONS GZIP BZIP2 XZ_DEFAULTS XZ_OPT ZSTD_CLEVEL LZ4_CLEVEL',
].flatMap((names) => names.split(' '));

/**
 * The environment that every program of a build runs in, whatever is built: messages in English, and nothing
 * that would change its results. What a build wants of these it sets itself.
 */
export const TOOL_ENVIRONMENT: Readonly<Record<string, string | undefined>> & {
  readonly LC_ALL: string;
} = {
  ...Object.fromEntries(FOREIGN_SETTINGS.map((name) => [name, undefined])),
  LC_ALL: 'C',
};
