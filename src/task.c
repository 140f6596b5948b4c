/* The names of kinds of task. */
#include <string.h>

#include "task.h"

static const char *const names[TASK_MAX] = { "unknown", "greeting", "lookup",
	"translation", "extraction", "explanation", "summary", "writing",
	"code", "analysis", "mathematics", "design" };

const char *
task_name(int task)
{
	return names[task > TASK_UNKNOWN && task < TASK_MAX ? task :
							      TASK_UNKNOWN];
}

int
task_named(const char *name, size_t n)
{
	int i;

	for (i = TASK_UNKNOWN; i < TASK_MAX; i++)
		if (strlen(names[i]) == n && memcmp(names[i], name, n) == 0)
			return i;
	return TASK_UNKNOWN;
}
