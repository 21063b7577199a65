// Which model is run: the one that llama2.cfg names, or one of those that the machine has.
#ifndef ZOSIA_CHOOSE_H
#define ZOSIA_CHOOSE_H

#include "firmware/files.h"
#include "session.h"

// Opens the model. Where the settings name none, or one that is not there, the only GGUF of all disks is
// taken, or the user chooses by number; nobody is asked on a machine that is to run by itself.
bool choose_model(struct session *session, struct file *model, struct failure *failure);

#endif
