/** Why zosia judges an image otherwise than the program whose test it is. */
export interface Difference {
  readonly zosia: 'clean' | 'not clean';
  readonly reason: string;
}

const listed = (
  zosia: Difference['zosia'],
  reason: string,
  names: readonly string[],
): Record<string, Difference> =>
  Object.fromEntries(names.map((name) => [name, { zosia, reason }] as const));

/** Of `e2fsck -fn`, by test. */
export const E2FSPROGS_DIFFERENCES: Readonly<Record<string, Difference>> = {
  ...listed(
    'not clean',
    'the journal is still to be replayed, which changes files: e2fsck -n passes over it in silence',
    [
      ...['f_jnl_32bit', 'j_corrupt_commit_csum', 'j_corrupt_commit_tid'],
      ...['j_corrupt_descr_csum', 'j_corrupt_descr_tid', 'j_corrupt_journal_block'],
      ...['j_corrupt_revoke_block', 'j_corrupt_revoke_csum', 'j_corrupt_revoke_rcount'],
      ...['j_recover_csum2_32bit', 'j_recover_csum2_64bit', 'j_recover_csum3_64bit'],
    ],
  ),
  ...listed(
    'not clean',
    'checksums of descriptors are wrong, or used without the feature; e2fsck would write them anew, which -n does not count',
    ['f_bad_gdt_csum', 'f_uninit_disable', 'f_uninit_enable'],
  ),
  ...listed('not clean', 'the superblock and its journal say that an error was met in use', [
    'f_jnl_errno',
  ]),
  ...listed('not clean', 'Linux takes no extent tree of a depth of 7; e2fsck rebuilds it', [
    'f_extent_too_deep',
  ]),
  ...listed('not clean', 'a journal inode is in use without the feature; e2fsck would free it', [
    'f_extra_journal',
  ]),
  ...listed(
    'not clean',
    'first_meta_bg is impossible; e2fsck corrects it, and the counts with it',
    ['f_first_meta_bg_too_big'],
  ),
  ...listed(
    'not clean',
    'its count of free blocks is wrong; e2fsck changes nothing in a read-only one',
    ['f_readonly_fsck'],
  ),
  ...listed('not clean', 'Linux does not mount an inode size of 0; e2fsck takes it for 128', [
    'f_zero_inode_size',
  ]),
  ...listed('not clean', 'its backups were never written; e2fsck does not look at them', [
    'r_min_itable',
  ]),
};

/** Of `fsck.fat -n`, by file. */
export const DOSFSTOOLS_DIFFERENCES: Readonly<Record<string, Difference>> = listed(
  'clean',
  'a label that is blank, or that only the root or the boot sector has, does no harm: zosia warns',
  [
    ...['check-label-different.fsck', 'check-label-only-boot.fsck', 'check-label-only-root.fsck'],
    'label-fat32_mkdosfs_label1_dosfslabel_empty.xxd',
    'label-fat32_mkdosfs_label1_xp_erase.xxd',
    'label-fat32_mkdosfs_label1_xp_label2.xxd',
    'label-fat32_mkdosfs_none.xxd',
    'label-fat32_mkdosfs_none_dosfslabel_label1.xxd',
    'label-fat32_mkdosfs_none_dosfslabel_label1_xp_label2.xxd',
    'label-fat32_mkdosfs_none_xp_label1.xxd',
    'label-fat32_xp_label1.xxd',
    'label-fat32_xp_none_dosfslabel_label1.xxd',
  ],
);
