/*
 * One call of the balance endpoint: what credits an account has. It costs
 * nothing. GET balance_url with the key as bearer answers
 * {"success":true,"data":{"total_balance","available_balance",
 * "frozen_amount"}} (modelscope_hub's OpenAPI file, and real answers).
 */
#ifndef PURSE_H
#define PURSE_H

#include <stddef.h>
#include <stdint.h>

struct attempt;
struct conf_upstream;
struct purse_call;
struct upstream;

struct purse {
	int verdict; /* enum verdict; V_OK: the numbers are known */
	int status;  /* HTTP, 0: none */
	int64_t ms;
	double available, total, frozen; /* NaN unknown */
	char message[512]; /* upstream's words or what failed, or "" */
};

/*
 * Asks u->balance_url (not NULL) about the key secret; timeout in ms. done is
 * called once, from the loop, with the call gone. NULL with errno.
 */
struct purse_call *purse_ask(struct upstream *up, const struct conf_upstream *u,
    const char *secret, int timeout,
    void (*done)(void *arg, const struct purse *p), void *arg);
void purse_cancel(struct purse_call *c);

/*
 * Reads the body of a 200. 0, or -1: not the shape above, or a number that
 * is none. Only available_balance must be there; what is not is NaN. Pure.
 */
int purse_parse(const char *body, size_t n, struct purse *p);

/*
 * What the ledger is to know of it: op "balance", the numbers, and that the
 * key rests ten minutes if it is out, not having the price of a call, or an
 * hour if it was refused. off is the day offset. The strings of a stay the
 * caller's to set.
 */
void purse_attempt(const struct purse *p, double price, int64_t now, int off,
    struct attempt *a);

#endif
