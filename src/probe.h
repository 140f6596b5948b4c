/*
 * Asks: the free balance call of each account, and a minimal chat request of
 * each row that wants one, many at once, over the loop. What is learnt goes
 * to the rows and to the ledger.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdint.h>

struct balance;
struct balance_row;
struct conf;
struct fault;
struct keys;
struct ledger;

struct probe {
	const struct conf *conf;
	const struct keys *keys; /* to mask in messages */
	struct ledger *ledger;	 /* written to; or NULL */
	int parallel;		 /* calls at once */
	int64_t timeout;	 /* ms for each account */
	/* each row once, when all is known of it; may be NULL */
	void (*row)(void *arg, const struct balance_row *r);
	/* a line for people; may be NULL */
	void (*warn)(void *arg, const char *text);
	void *arg;
};

/*
 * Asks for all rows of b, which holds what the ledger knew: balances are
 * forgotten until they are told again. SIGINT and SIGTERM end it: rows of
 * which nothing is known yet are then STATE_UNKNOWN. 0; 1: it was
 * interrupted; -1 with *f: EX_OSERR.
 */
int probe_run(const struct probe *p, struct balance *b, struct fault *f);

#endif
