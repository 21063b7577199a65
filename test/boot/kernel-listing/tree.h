// A whole file system.
#ifndef LISTING_TREE_H
#define LISTING_TREE_H

// Reports everything below a directory, and the directory itself as "/".
void tree_report(const char *root);

#endif
