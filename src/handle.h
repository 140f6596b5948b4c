/*
 * What ms-serve does with each request: checks who calls, answers it here,
 * or has a worker or the supervisor answer and relays that.
 */
#ifndef HANDLE_H
#define HANDLE_H

struct conn_ops;

/* For conn_pool_init(); the pool's arg is a struct desk. */
extern const struct conn_ops handle_ops;

#endif
