// What is found, told to the host: lines of fields over a port of their own.
#ifndef LISTING_REPORT_H
#define LISTING_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// False when there is no such port.
bool report_open(void);

// Sends the rest, and returns when the host has taken it. False when some of it is lost.
bool report_finish(void);

// A line is a kind and fields, each " name=value"; a name may come several times. Values hold no space:
// bytes of the disk, which may be any, go as hexadecimal digits.
void report_begin(const char *kind);
void report_end(void);

// A field's name; what follows until the next is its value.
void report_field(const char *name);
void report_text(const char *text);
void report_number(int64_t number);
void report_hex(const void *bytes, size_t size);

// A whole line about a system call that failed, for the path that is being listed.
void report_problem(const char *call, long error, const char *path, size_t path_length);

#endif
