/*
 * How many requests are under way on a key, across processes: byte locks on
 * state/slots (open file description locks, Linux), which the kernel gives
 * back when a process dies.
 */
#ifndef SLOTS_H
#define SLOTS_H

struct slots;

/*
 * Opens dir/slots, creating it. Never fails for lack of rights: then the
 * bound holds within this process only. NULL with errno ENOMEM.
 */
struct slots *slots_open(const char *dir);
void slots_close(struct slots *s);

/*
 * Takes one of limit slots of a key (its 8 hex digits; limit 0: no bound).
 * Returns a handle of 0 or more, or -1: EAGAIN all are taken, ENOMEM.
 */
int slots_take(struct slots *s, const char *key, int limit);

/*
 * Takes the right to ask for the balance of a key, which one has at a time.
 * As slots_take().
 */
int slots_ask(struct slots *s, const char *key);

/* Gives a slot back, or that right. */
void slots_give(struct slots *s, int handle);

#endif
