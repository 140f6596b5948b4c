/*
 * Events that say their type: those of Anthropic's messages and of OpenAI's
 * responses. Pure.
 */
#ifndef TYPED_H
#define TYPED_H

#include <stddef.h>

struct splice;

/* What one of them tells; reason and usage are JSON in it, or NULL. */
struct typed {
	int text;    /* content or a tool call */
	int thought; /* reasoning */
	int end;     /* why it stopped is known, */
	int cut;     /* and it is max_tokens */
	int done;    /* nothing follows */
	int error;
	const char *reason, *usage;
	size_t nreason, nusage;
};

/* Reads event v, an object whose member "type" is type. */
void typed_read(struct typed *t, struct splice v, struct splice type);

#endif
