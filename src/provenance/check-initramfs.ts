import { displayName } from '../formats/byte-string.js';
import { readCpio } from '../formats/cpio/reader.js';
import type { CpioMember } from '../formats/cpio/reader.js';
import { ZosiaError } from '../errors.js';
import { prebuiltDigest } from '../artifacts/prebuilt.js';
import { accessFile } from '../host/access-file.js';
import { digestBytes } from '../host/digest.js';
import type { RandomAccess } from '../image/random-access.js';
import { INIT_PATH } from '../recipes/initramfs.js';
import { OWN_LOADER } from '../recipes/own-loader.js';
import { baseBytes } from './base-archive.js';
import { digestAccess } from './digest-access.js';
import { guestOrigins, isOfLlamaFolder, programPaths } from './guest-origins.js';
import type { GuestImage } from './image-manifest.js';
import type { Origins } from './package-files.js';
import type { GuestOrigins, ProvenanceFindings } from './provenance-report.js';

/** More members than any guest has. */
const MAX_MEMBERS = 500_000;
const MODULE_LIST = '/etc/zosia/modules';
const CONSOLE = { path: '/dev/console', major: 5, minor: 1, mode: 0o600 };
/** See `llamaRuntime`: packages that are unpacked without dpkg have no such links. */
const MERGED_USR: ReadonlyMap<string, string> = new Map([
  ['/lib', 'usr/lib'],
  ['/lib64', 'usr/lib64'],
]);
/** See `readLlamaFolder`: for what is linked against libraries of its own. */
const FOLDER_LINKS: ReadonlyMap<string, string> = new Map([
  ['/lib', 'usr/lib'],
  ['/lib64', 'usr/lib'],
  ['/usr/lib64', 'lib'],
]);
/** See `layeredInitramfs`: where the kernel is led to in a base without `/init`. */
const SBIN_INIT = '/sbin/init';
const MODES: readonly number[] = [0o755, 0o644];

interface Expected {
  readonly origin: string;
  readonly sha256: string;
  /** Whether nothing but the manifest has this digest. */
  readonly isByManifest?: true | undefined;
}

/**
 * Compares each member of an initramfs with where it comes from: init with the one that ships, modules and
 * llama.cpp with the packages. A base, and llama.cpp out of a folder, are compared with the manifest, which alone
 * tells of them: that is found as well. Whatever else is in it has no known origin.
 *
 * @param maxMembers how many are compared; more are a problem
 * @throws ZosiaError as `prebuiltDigest` and `accessFile`
 */
export async function checkInitramfs(
  path: string,
  manifest: GuestImage,
  origins: Origins,
  findings: ProvenanceFindings,
  signal: AbortSignal | undefined,
  maxMembers = MAX_MEMBERS,
): Promise<void> {
  const source = await accessFile(path);
  try {
    const members = await readMembers(source, maxMembers, findings, signal);
    const { arch } = manifest.settings;
    const init = await prebuiltDigest(arch, 'init');
    const check = new MemberCheck(manifest, init, origins, findings, signal);
    await check.run(members, await baseOf(source, members, manifest, findings, signal));
  } finally {
    await source.close();
  }
}

async function readMembers(
  source: RandomAccess,
  maxMembers: number,
  findings: ProvenanceFindings,
  signal: AbortSignal | undefined,
): Promise<CpioMember[]> {
  const members: CpioMember[] = [];
  try {
    const onSkipped = (where: string, _: string, message: string): void => {
      findings.noOrigin(where, `the kernel passes over it (${message}), and no package has it`);
    };
    for await (const member of readCpio(source, { signal, onSkipped })) {
      if (members.length === maxMembers) {
        const message = `what follows its first ${maxMembers} members was not compared`;
        findings.problem('too-many-members', 'the image', message);
        break;
      }
      members.push(member);
    }
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    findings.problem('archive-damaged', 'the image', error.message);
  }
  return members;
}

/** @returns bytes of the base that it begins with; 0 for none */
async function baseOf(
  source: RandomAccess,
  members: readonly CpioMember[],
  { inputs }: GuestImage,
  findings: ProvenanceFindings,
  signal: AbortSignal | undefined,
): Promise<number> {
  const base = inputs.find(({ name, version }) => name === 'base' && version === undefined);
  if (!base) return 0;
  const starts: number[] = [];
  let [part, archive] = [members[0]?.part, members[0]?.archive];
  for (const member of members) {
    if (member.part === part && member.archive === archive) continue;
    [part, archive] = [member.part, member.archive];
    starts.push(member.part.compression === undefined ? member.headerOffset : member.part.offset);
  }
  const bytes = await baseBytes(source, starts, base.sha256, signal);
  if (bytes === undefined) {
    findings.problem(
      'base-differs',
      'the image',
      'it does not begin with the base of its manifest',
    );
    return 0;
  }
  findings.onlyByManifest('the base');
  return bytes;
}

class MemberCheck {
  readonly #digests: ReadonlyMap<string, string>;
  readonly #seen = new Set<string>();
  readonly #folders: CpioMember[] = [];
  readonly #guest: GuestOrigins;
  readonly #isLayered: boolean;
  readonly #programs: readonly string[];

  constructor(
    manifest: GuestImage,
    private readonly initSha256: string,
    private readonly origins: Origins,
    private readonly findings: ProvenanceFindings,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#guest = guestOrigins(manifest);
    this.#programs = programPaths(manifest);
    this.#isLayered = this.#guest.base !== undefined;
    const isOwn = this.#guest.llama === 'own';
    const ofFolder = manifest.inputs.filter(
      ({ name, version }) => isOwn && version === undefined && isOfLlamaFolder(name),
    );
    this.#digests = new Map(ofFolder.map(({ name, sha256 }) => [name, sha256]));
  }

  async run(members: readonly CpioMember[], base: number): Promise<void> {
    const { findings } = this;
    for (const member of members) {
      const start =
        member.part.compression === undefined ? member.headerOffset : member.part.offset;
      if (start < base) continue;
      this.signal?.throwIfAborted();
      if (this.#seen.has(member.path)) {
        findings.problem('twice', member.path, 'it is there a second time, in place of the first');
      }
      this.#seen.add(member.path);
      this.#checkAttributes(member);
      await this.#checkMember(member);
    }
    for (const { path } of this.#folders) {
      const prefix = path === '/' ? '/' : `${path}/`;
      const isNeeded = [...this.#seen].some((each) => each.startsWith(prefix) && each !== path);
      if (!isNeeded) findings.noOrigin(path, 'nothing is in this folder that needs it');
    }
    const init = this.#guest.init === 'base' ? [] : [INIT_PATH];
    for (const path of [...init, ...this.#programs]) {
      if (!this.#seen.has(path)) findings.problem('missing', path, 'it is not in the initramfs');
    }
  }

  #checkAttributes({ path, type, mode, uid, gid }: CpioMember): void {
    // Of folders of a base, those of the base are kept.
    if (this.#isLayered && type === 'directory') return;
    const isUsual = type === 'symlink' || type === 'character-device' || MODES.includes(mode);
    if (uid === 0 && gid === 0 && isUsual) return;
    const attributes = `mode ${mode.toString(8)}, owner ${uid}:${gid}`;
    this.findings.problem('attributes', path, `${attributes}, which zosia gives to nothing`);
  }

  async #checkMember(member: CpioMember): Promise<void> {
    const { findings } = this;
    switch (member.type) {
      case 'directory':
        this.#folders.push(member);
        return;
      case 'file':
        return this.#checkFile(member);
      case 'symlink':
        this.#checkLink(member.path, displayName(member.target));
        return;
      case 'character-device': {
        const { path, major, minor, mode } = member;
        const isConsole = path === CONSOLE.path && major === CONSOLE.major;
        if (!isConsole || minor !== CONSOLE.minor || mode !== CONSOLE.mode) findings.noOrigin(path);
        return;
      }
      default:
        findings.noOrigin(member.path);
    }
  }

  #checkLink(path: string, target: string): void {
    const known = this.origins.symlinks.get(path);
    if (known?.target === target || MERGED_USR.get(path) === target) return;
    if (this.#guest.llama === 'own' && FOLDER_LINKS.get(path) === target) return;
    if (this.#isLayered && path === OWN_LOADER && this.#hasFile(target)) return;
    if (this.#guest.init === 'base' && path === INIT_PATH && target === SBIN_INIT) return;
    if (known) {
      const message = `it leads to ${target}, and in ${known.origin} to ${known.target}`;
      this.findings.problem('link-differs', path, message);
    } else this.findings.noOrigin(path);
  }

  #hasFile(path: string): boolean {
    return this.origins.files.has(path) || this.#digests.has(path);
  }

  async #checkFile({ path, part, offset, sizeBytes }: CpioMember): Promise<void> {
    const { findings } = this;
    const sha256 = await digestAccess(part.content, this.signal, offset, offset + sizeBytes);
    const expected = this.#expected(path);
    if (!expected) {
      findings.noOrigin(path);
      return;
    }
    if (sha256 === expected.sha256) {
      if (expected.isByManifest) findings.onlyByManifest(path);
      else findings.same(sizeBytes);
    } else findings.problem('file-differs', path, `it is not the one of ${expected.origin}`);
  }

  #expected(path: string): Expected | undefined {
    const { origins } = this;
    // Whatever the manifest says: PID 1 that is a file here is zosia's.
    if (path === INIT_PATH) return { origin: 'this zosia', sha256: this.initSha256 };
    if (path === MODULE_LIST) {
      const text = origins.modules.map((each) => `${each}\n`).join('');
      return { origin: 'its packages', sha256: digestBytes(Buffer.from(text)) };
    }
    const found = origins.files.get(path);
    if (found) return found;
    const sha256 = this.#digests.get(path);
    return sha256 === undefined
      ? undefined
      : { origin: 'the manifest', sha256, isByManifest: true };
  }
}
