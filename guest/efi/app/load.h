// Loading models, of either kind.
#ifndef ZOSIA_LOAD_H
#define ZOSIA_LOAD_H

#include "firmware/files.h"
#include "session.h"

bool load_checkpoint(struct session *session, const struct file *model, struct failure *failure);
bool load_gguf(struct session *session, const struct file *model, struct failure *failure);

// Whether there is memory for so many bytes, which is asked before anything large is read.
bool load_has_memory(const struct session *session, uint64_t needed_bytes, struct failure *failure);

// Tells how much has been read, over and over in one line, of `all` bytes of which `before` came from elsewhere.
void load_tell(const char *path, uint64_t done_bytes, uint64_t all_bytes);

#endif
