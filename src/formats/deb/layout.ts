/**
 * A Debian package is an `ar` archive (deb(5)): {@link AR_MAGIC}, then members, each a header of text
 * fields padded with spaces, its data, and a newline when the data have odd length.
 */

export const AR_MAGIC = '!<arch>\n';

export interface ArField {
  readonly offset: number;
  readonly width: number;
  readonly meaning: string;
}

/** Modification time, owner, group and mode (offsets 16 to 47) say nothing about a package. */
export const AR_FIELDS = {
  name: { offset: 0, width: 16, meaning: 'file name, perhaps with a slash at its end' },
  size: { offset: 48, width: 10, meaning: 'length of the data, decimal' },
  terminator: { offset: 58, width: 2, meaning: 'always a backquote and a newline' },
} as const satisfies Record<string, ArField>;

export const AR_HEADER_BYTES = 60;
export const AR_TERMINATOR = '`\n';
export const AR_ALIGNMENT_BYTES = 2;

/** First member: the format's version; a minor version above 0 is compatible. */
export const DEB_VERSION_MEMBER = 'debian-binary';
export const DEB_VERSION = /^2\.\d+\n/;
export const MAX_DEB_VERSION_BYTES = 64;

/** The tar archive of what is installed, before the ending that says how it is packed. */
export const DATA_MEMBER = 'data.tar';
