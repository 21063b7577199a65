import { DIRECTORY_FILE_TYPE } from './layout/directory.js';
import { FILE_TYPE } from './layout/inode.js';
import type { InodeContent } from './writer/tree.js';

interface FileType {
  /** Its bits in the mode of the inode. */
  readonly modeBits: number;
  /** Its number in directory entries. */
  readonly directoryNumber: number;
}

/** The two ways ext4 says what an inode is. */
export const FILE_TYPES: Readonly<Record<InodeContent['type'], FileType>> = {
  file: { modeBits: FILE_TYPE.regular, directoryNumber: DIRECTORY_FILE_TYPE.regular },
  directory: { modeBits: FILE_TYPE.directory, directoryNumber: DIRECTORY_FILE_TYPE.directory },
  symlink: { modeBits: FILE_TYPE.symlink, directoryNumber: DIRECTORY_FILE_TYPE.symlink },
  'character-device': {
    modeBits: FILE_TYPE.characterDevice,
    directoryNumber: DIRECTORY_FILE_TYPE.characterDevice,
  },
  'block-device': {
    modeBits: FILE_TYPE.blockDevice,
    directoryNumber: DIRECTORY_FILE_TYPE.blockDevice,
  },
  fifo: { modeBits: FILE_TYPE.fifo, directoryNumber: DIRECTORY_FILE_TYPE.fifo },
  socket: { modeBits: FILE_TYPE.socket, directoryNumber: DIRECTORY_FILE_TYPE.socket },
};
