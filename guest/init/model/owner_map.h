// Files that only their owner may read, for a process that runs as somebody else.
#ifndef ZOSIA_OWNER_MAP_H
#define ZOSIA_OWNER_MAP_H

// Mounts what is mounted at `path` once more on top of it, where what belongs to the owner of `file`
// belongs to the user and group `to` instead (an id-mapped mount; the file system must know them, as ext4
// does from Linux 5.12 on). Nothing on the disk changes. Returns 0 or a negated errno.
long map_owner(const char *path, const char *file, int to);

#endif
