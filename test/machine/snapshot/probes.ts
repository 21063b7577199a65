import type { Architecture } from '../../../src/artifacts/architectures.js';
import type { QemuBinary } from '../../../src/machine/qemu/binary.js';
import { PLATFORMS } from '../../../src/machine/qemu/platform.js';
import type { RestoreProbe } from '../../../src/machine/snapshot/probe.js';

/** A signal that never aborts. */
export const { signal: NEVER } = new AbortController();

/** A probe for a plain machine. */
export const probeWith = (
  binary: QemuBinary,
  arch: Architecture = 'x86_64',
  sandbox = false,
): RestoreProbe => ({
  binary,
  machine: {
    arch,
    accel: { name: 'tcg' },
    cpuModel: arch === 'x86_64' ? 'qemu64' : 'cortex-a72',
    sandbox,
    exitWithParent: false,
  },
  machineType: PLATFORMS[arch].machineType,
});
