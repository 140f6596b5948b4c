/*
 * Gives up, for good, what the front does not need: new privileges, programs,
 * files, all sockets but Unix ones, all other system calls. Linux only.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

/*
 * What is open stays open. Afterwards a forbidden call ends the process
 * (SIGSYS), but opening files fails with EACCES. 0, or -1 with errno: seccomp
 * is not there. Landlock is used where the kernel has it.
 */
int sandbox_front(void);

#endif
