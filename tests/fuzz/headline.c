/* The first line of a request to a worker: no header holds a line break. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "headline.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct headline h;
	char *line;
	size_t i;

	if ((line = malloc(size + (size == 0))) == NULL)
		abort();
	memcpy(line, data, size);
	if (headline_read(&h, line, size) == 0) {
		assert(h.api != NULL);
		assert(h.task == NULL || strpbrk(h.task, "/.?# \r\n") == NULL);
		for (i = 0; h.headers[i] != NULL; i++)
			assert(strpbrk(h.headers[i], "\r\n") == NULL &&
			    strstr(h.headers[i], ": ") != NULL);
	}
	headline_free(&h);
	free(line);
	return 0;
}
