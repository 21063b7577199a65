export interface ComparisonLimits {
  /** Of every file, so many bytes from its start are compared. */
  readonly bytesPerFile: number;
  /** Of all files together. */
  readonly bytesInAll: number;
  /**
   * libext2fs searches a directory from end to end for each name that is opened: of all directories
   * together, so many bytes are searched.
   */
  readonly searchedBytes: number;
}

export const USUAL_LIMITS: ComparisonLimits = {
  bytesPerFile: 16 << 20,
  bytesInAll: 256 << 20,
  searchedBytes: 4 << 20,
};

export const NO_LIMITS: ComparisonLimits = {
  bytesPerFile: Infinity,
  bytesInAll: Infinity,
  searchedBytes: Infinity,
};

/** How much of an image two readers agreed or disagreed about. */
export interface Comparison {
  /** Names compared. */
  nameCount: number;
  /** Files whose type, permissions and size were compared. */
  attributesCount: number;
  /** Files whose content was compared from start to end. */
  wholeFileCount: number;
  /** Files of which a part was compared, or nothing. */
  partFileCount: number;
  /** Files with times or sizes that the package's stat cannot express. */
  withoutAttributesCount: number;
  /** What libext2fs could not read, though the structure is sound. */
  unreadCount: number;
  /** Symlinks in the inode whose targets libext2fs misreads: see `isMisread`. */
  misreadTargetCount: number;
  /** Directories, files and symlinks that are encrypted: nothing in them is compared. */
  encryptedCount: number;
  comparedBytes: number;
}
