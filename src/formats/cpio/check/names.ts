import type { Findings } from '../../findings.js';
import { FILE_TYPES, FILE_TYPE_MASK } from '../layout.js';
import type { StoredMember } from '../observer.js';

/** Checks how the name of a member is written; whether it leads to a place is seen when it is unpacked. */
export function checkName(stored: StoredMember, findings: Findings): void {
  const { name, path, header, nameField } = stored;
  if (name.startsWith('/')) {
    findings.warn(
      'name-absolute',
      path,
      'its name begins with a slash: unpack it nowhere but in /',
    );
  }
  const components = name.replace(/^\//, '').split('/');
  if (components.includes('..')) {
    findings.warn('name-dot-dot', path, `its name has .. in it`);
  }
  // One slash may end the name of a folder.
  const isDirectory = (header.mode & FILE_TYPE_MASK) === FILE_TYPES.directory;
  const middle = isDirectory ? components.slice(0, -1) : components;
  if (name !== '' && name !== '/' && middle.includes('')) {
    findings.warn('name-slashes', path, 'its name has more slashes than it needs');
  }
  if (hasMore(nameField.subarray(0, header.nameBytes))) {
    findings.warn('name-nul', path, 'its name goes on behind a NUL, which ends it');
  }
  checkPadding(nameField.subarray(header.nameBytes), path, findings);
}

/** Checks the target of a symlink, a whole one. */
export function checkTarget(target: Uint8Array, path: string, findings: Findings): void {
  if (target.length === 0 || target[0] === 0) {
    findings.warn('target-empty', path, 'a symlink to nothing, which only the kernel makes');
  } else if (hasMore(target)) {
    findings.warn('target-nul', path, 'its target goes on behind a NUL, which ends it');
  }
}

export function checkPadding(padding: Uint8Array, path: string, findings: Findings): void {
  if (padding.some((byte) => byte !== 0)) {
    findings.warn('padding', path, 'what pads it to 4 bytes is not zero');
  }
}

/** Whether a NUL is followed by something else. */
function hasMore(bytes: Uint8Array): boolean {
  const nul = bytes.indexOf(0);
  return nul >= 0 && bytes.subarray(nul).some((byte) => byte !== 0);
}
