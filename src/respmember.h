/*
 * Members of requests, as the translations to chats look at them: read
 * into splices by tables (field.h), where one that is absent or null has no
 * bytes. Pure.
 */
#ifndef RESPMEMBER_H
#define RESPMEMBER_H

struct fault;
struct field;
struct json;
struct splice;

/* A row of such a table. */
#define RESPMEMBER(structure, member) \
	FIELD(structure, member, #member, .kind = FIELD_RAW)

/* Fills base, all zero, from the object v. 0, or -1: it is none. */
int respmember_read(const struct field *table, void *base, struct splice v);

/* Does v begin with this byte, which tells its kind? */
int respmember_is(struct splice v, char kind);

/* Writes v byte for byte as member name, if it is there. */
void respmember_write(struct json *j, const char *name, struct splice v);

/* How many bytes of v a message shows. */
int respmember_shown(struct splice v);

/* The fault that errno (EFBIG, ENOMEM) is. Returns -1. */
int respmember_no_room(struct fault *f);

#endif
