/*
 * The front of ms-serve: the process that clients talk to. It has no keys
 * and no way out but to the sockets of its supervisor.
 */
#ifndef FRONT_H
#define FRONT_H

struct fault;

/*
 * Runs until the supervisor says to leave, or is gone, and the last answer is
 * out. 0, or -1 with *f. Descriptors: see site.h.
 */
int front_run(struct fault *f);

#endif
