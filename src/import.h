/*
 * The records of the gateway that came before us: usage/DATE.json, calls by
 * model, and limits/DATE.json, what the quota headers last said. They become
 * lines of the ledger, once.
 */
#ifndef IMPORT_H
#define IMPORT_H

#include <stdint.h>

struct fault;
struct ledger;

struct import {
	struct ledger *ledger;
	const char *upstream; /* of the calls */
	const char *key;      /* ledger id, or NULL: not known */
	int off;	      /* day offset */
	int keep_days;	      /* older ones are passed over; 0: none */
	int64_t now;	      /* ms */
	/* set: */
	int64_t days, lines, calls;
	int64_t before; /* lines that were there already */
};

/*
 * Imports all days that are in dir/usage, but those to come and those that are
 * not kept. Nothing is written twice, so it may be run again, also by two at
 * once. 0, or -1 with *f: EX_NOINPUT, EX_DATAERR
 * (naming the file), EX_IOERR, EX_OSERR.
 */
int import_run(struct import *im, const char *dir, struct fault *f);

#endif
