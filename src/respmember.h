/*
 * Members of requests, as the translation of responses looks at them: null is
 * as good as absent. Pure.
 */
#ifndef RESPMEMBER_H
#define RESPMEMBER_H

struct fault;
struct json;
struct splice;

/* Has the object v a member name that is not null? Sets *value. */
int respmember_given(struct splice v, const char *name, struct splice *value);

/* Writes the member name of from, byte for byte, if it is given. */
void respmember_copy(struct json *j, struct splice from, const char *name);

/* How many bytes of v a message shows. */
int respmember_shown(struct splice v);

/* The fault that errno (EFBIG, ENOMEM) is. Returns -1. */
int respmember_no_room(struct fault *f);

#endif
