/* Names of tasks, there and back. */
#include <string.h>

#include "tap.h"
#include "task.h"

int
main(void)
{
	int i;

	for (i = 0; i < TASK_MAX; i++)
		ok(task_named(task_name(i), strlen(task_name(i))) == i, "%s",
		    task_name(i));
	ok(task_named("codex", 5) == TASK_UNKNOWN, "no such task");
	ok(task_named("cod", 3) == TASK_UNKNOWN, "half of one");
	ok(task_name(-1) == task_name(TASK_UNKNOWN) &&
		task_name(TASK_MAX) == task_name(TASK_UNKNOWN),
	    "out of range");
	return done();
}
