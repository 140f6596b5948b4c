/*
 * Events that say their type: those of Anthropic's messages and of OpenAI's
 * responses. Pure.
 */
#ifndef TYPED_H
#define TYPED_H

#include "splice.h"

/* What one of them tells; splices have n 0 where it tells nothing. */
struct typed {
	int text;    /* content or a tool call */
	int thought; /* reasoning */
	int end;     /* why it stopped is known, */
	int cut;     /* and it is max_tokens */
	int done;    /* nothing follows */
	int error;
	struct splice reason; /* of the end */
	struct splice usage;
};

/* Reads event v, an object whose member "type" is type. */
void typed_read(struct typed *t, struct splice v, struct splice type);

#endif
