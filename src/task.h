/* The kinds of task that requests are told apart by, from light to hard. */
#ifndef TASK_H
#define TASK_H

#include <stddef.h>

enum task {
	TASK_UNKNOWN,
	TASK_GREETING,
	TASK_LOOKUP,
	TASK_TRANSLATION,
	TASK_EXTRACTION,
	TASK_EXPLANATION,
	TASK_SUMMARY,
	TASK_WRITING,
	TASK_CODE,
	TASK_ANALYSIS,
	TASK_MATHS,
	TASK_DESIGN,
	TASK_MAX
};

/* "explanation" and the like; "unknown" for what is none. */
const char *task_name(int task);

/* The task of that name (n bytes), or TASK_UNKNOWN. */
int task_named(const char *name, size_t n);

#endif
