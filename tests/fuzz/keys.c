/* A keys file: no message quotes a secret, no scrubbed text holds one. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "buf.h"
#include "conf.h"
#include "fault.h"
#include "keys.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(const struct keys *k, char *text, size_t n)
{
	size_t i, left;

	for (i = 0; i < k->n; i++) {
		if (strlen(k->v[i].shown) >= KEYS_SHOWN ||
		    strlen(k->v[i].id) != KEYS_ID - 1 ||
		    strlen(keys_label(&k->v[i])) == 0)
			abort();
		keys_at(&k->v[i], "modelscope");
	}
	left = keys_scrub(k, text, n);
	if (left > n)
		abort();
	/* Masks of short keys may be keys; those of the service's are not. */
	for (i = 0; i < k->n; i++)
		if (strlen(k->v[i].secret) >= 36 &&
		    memmem(text, left, k->v[i].secret,
			strlen(k->v[i].secret)) != NULL)
			abort();
}

/* A line for the first key that is for no upstream there is. */
static void
known(const struct keys *k)
{
	static const char text[] = "{\"upstreams\":{\"alpha\":{\"base_url\":"
				   "\"https://a.example/v1\"}}}";
	struct conf *c;
	struct fault f;
	struct buf notes;
	size_t i, good = 0;

	c = conf_parse(text, sizeof(text) - 1, "c", &f, NULL);
	assert(c != NULL);
	buf_init(&notes, 1 << 20);
	keys_check(k, c, &notes);
	for (i = 0; i < k->n; i++)
		good += keys_at(&k->v[i], "alpha") ||
		    keys_at(&k->v[i], "modelscope");
	assert(good == k->n || notes.len > 0);
	buf_free(&notes);
	conf_free(c);
}

static char root[64], folder[80];

static void
leave(void)
{
	(void)rmdir(folder);
	(void)rmdir(root);
}

static char *
put(const char *dir, const char *name, const uint8_t *data, size_t n)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/%s", dir, name) == -1)
		abort();
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1 || write(fd, data, n) != (ssize_t)n || close(fd) == -1)
		abort();
	return path;
}

/* Where they are looked for: one of systemd's may be read by others. */
static void
placed(const struct keys *k, const uint8_t *data, size_t n)
{
	char *credential, *own;
	struct fault f, g;
	struct keys *a, *b;
	struct buf notes;

	if (*root == '\0') {
		fuzz_folder(root);
		snprintf(folder, sizeof(folder), "%s/ms", root);
		if (mkdir(folder, 0700) == -1)
			abort();
		atexit(leave);
	}
	clearenv();
	setenv("XDG_CONFIG_HOME", root, 1);
	own = put(folder, "keys", data, n);
	if (chmod(own, 0600) == -1)
		abort();
	a = keys_load(NULL, &f, NULL);
	credential = put(root, "ms-keys", data, n);
	setenv("CREDENTIALS_DIRECTORY", root, 1);
	buf_init(&notes, 1 << 20);
	b = keys_load(NULL, &g, &notes);
	(void)unlink(own);
	(void)unlink(credential);
	fuzz_fault(3, a != NULL ? 0 : f.status);
	fuzz_fault(4, b != NULL ? 0 : g.status);
	assert((a != NULL) == (k != NULL) && (b != NULL) == (k != NULL));
	assert(a == NULL || a->n == k->n);
	assert(b == NULL || (b->n == k->n && notes.len > 0));
	buf_free(&notes);
	keys_free(a);
	keys_free(b);
	(free)(own);
	(free)(credential);
}

/* From a file, and from the environment: the same keys, if it takes them. */
static void
found(const struct keys *k, const uint8_t *data, size_t n)
{
	struct fault f;
	struct keys *again;
	char path[32], *value;
	int fd;

	if ((fd = memfd_create("keys", MFD_CLOEXEC)) == -1)
		return;
	if (fchmod(fd, 0600) == -1 || write(fd, data, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	clearenv();
	again = keys_load(path, &f, NULL);
	fuzz_fault(1, again != NULL ? 0 : f.status);
	assert((again == NULL) == (k == NULL));
	assert(k == NULL || again->n == k->n);
	keys_free(again);

	/* it is ours, and others could read it */
	if (fchmod(fd, 0604) == -1)
		abort();
	setenv("MS_KEYS_FILE", path, 1);
	again = keys_load(NULL, &f, NULL);
	close(fd);
	assert(again == NULL && f.status == EX_CONFIG);
	assert(strncmp(f.hint, "chmod 600 ", 10) == 0);
	assert(keys_load(path, &f, NULL) == NULL && f.status == EX_NOINPUT);
	clearenv();

	if ((value = strndup((const char *)data, n)) == NULL)
		abort();
	setenv("MODELSCOPE_API_KEY", value, 1);
	(free)(value);
	again = keys_load(NULL, &f, NULL);
	fuzz_fault(2, again != NULL ? 0 : f.status);
	if (again != NULL) {
		assert(again->n > 0 || *f.hint != '\0');
		for (fd = 0; fd < (int)again->n; fd++)
			assert(again->v[fd].name == NULL &&
			    strpbrk(again->v[fd].secret, ", \t\r\n") == NULL);
	} else {
		assert(f.status == EX_DATAERR);
	}
	keys_free(again);
	placed(k, data, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fault f = { 0 };
	struct keys *k;
	struct buf notes;
	char *text;

	/* Exactly n bytes, so that one too far is seen. */
	if ((text = malloc(n + (n == 0))) == NULL)
		return 0;
	memcpy(text, data, n);
	buf_init(&notes, 1 << 20);
	k = keys_parse(text, n, "f", &f, &notes);
	fuzz_fault(0, k != NULL ? 0 : f.status);
	if (k == NULL)
		assert(f.status == EX_DATAERR);
	found(k, data, n);
	if (k != NULL) {
		check(k, text, n);
		known(k);
		if (keys_only(k, "alice", &f) == -1)
			assert(f.status == EX_CONFIG);
		else
			assert(k->n > 0 &&
			    strcmp(keys_label(&k->v[0]), "alice") == 0);
	}
	keys_free(k);
	buf_free(&notes);
	free(text);
	return 0;
}
