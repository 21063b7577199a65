import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In place of the kernel's: it is called the same way, and leaves what it builds in the same place. */
const MAKEFILE = `
allnoconfig:
	@grep -v DROPPED $(KCONFIG_ALLCONFIG) > $(O)/.config
Image: a.o b.o
	@mkdir -p $(O)/arch/arm64/boot
	@echo '  OBJCOPY arch/arm64/boot/Image'
	@echo "$(ARCH) $(LLVM) CC=$(CC) $$KBUILD_BUILD_USER $$KBUILD_BUILD_TIMESTAMP $$C_INCLUDE_PATH$$LOCALVERSION$$KCFLAGS" > $(O)/arch/arm64/boot/Image
bzImage: a.o
	@mkdir -p $(O)/arch/x86/boot/compressed
	@echo packed > $(O)/arch/x86/boot/bzImage
	@echo program > $(O)/arch/x86/boot/compressed/vmlinux.bin
%.o:
	@echo '  CC      $@'
	@if grep -q CONFIG_KILLED=y $(O)/.config; then echo 'clang: error: unable to execute command: Killed' >&2; exit 1; fi
	@if grep -q CONFIG_FULL=y $(O)/.config; then echo 'a.c: fatal error: a.o: No space left on device' >&2; exit 1; fi
	@if grep -q CONFIG_BROKEN=y $(O)/.config; then echo 'a.c:1:2: error: broken' >&2; exit 1; fi
`;

/** What the makefile above does not call, but the kernel's does. */
const OTHER_TOOLS = [
  ...['clang', 'ld.lld', 'llvm-ar', 'llvm-nm', 'llvm-objcopy', 'llvm-strip', 'llvm-readelf'],
  ...['flex', 'bison', 'bc'],
];

/** Puts programs that do nothing into a folder, which is made. @returns the folder */
export async function makeFakeTools(bin: string): Promise<string> {
  await mkdir(bin);
  for (const tool of OTHER_TOOLS) {
    await writeFile(join(bin, tool), '#!/bin/sh\n', { mode: 0o755 });
  }
  return bin;
}

/**
 * A tar archive of a source whose makefile takes a moment.
 *
 * @param packer tar's option for how it is packed
 */
export function makeFakeSource(folder: string, name: string, packer: string): Buffer {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'Makefile'), MAKEFILE);
  writeFileSync(join(folder, name, 'Kconfig'), '');
  return spawnSync('tar', [`-c${packer}`, '-C', folder, name]).stdout;
}
