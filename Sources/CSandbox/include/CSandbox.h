// What a job may do to the machine; system calls and macros that Swift cannot express.
#pragma once

// Limits this process and all it starts: bytes of address space, seconds of processor time, bytes of a
// file; no core dumps, no new privileges, no sockets but those of this machine unless it may connect, and an end when the
// process that started it ends. Returns 0, or the errno of what failed.
int maquette_confine(unsigned long long memory, unsigned long long seconds, unsigned long long file_bytes,
                     int may_connect);

// Seconds of processor time that this process and its ended children took.
double maquette_processor_seconds(void);

// Ends this process when the one that started it ends; signal is what it is sent. Returns 0 or an errno.
int maquette_end_with_parent(int signal);
