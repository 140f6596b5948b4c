/* The CPU time of the built-in scorer for 4 KiB of dense text, in us. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "score.h"

enum {
	SIZE = 4096,
	RUNS = 5000
};

static void
measure(const char *name, const char *words)
{
	char text[SIZE];
	int kind;
	clock_t t;
	size_t i, n = strlen(words);
	int sum = 0;

	for (i = 0; i < SIZE; i++)
		text[i] = words[i % n];
	score(text, SIZE, &kind);
	t = clock();
	for (i = 0; i < RUNS; i++)
		sum += score(text, SIZE, &kind);
	t = clock() - t;
	if (sum > 0)
		printf("%s %.2f\n", name,
		    (double)t / CLOCKS_PER_SEC / RUNS * 1e6);
}

int
main(void)
{
	measure("English",
	    "Please explain the design of this distributed "
	    "cache, and compare it with the Python code below. ");
	measure("Chinese",
	    "请分析一下这个分布式系统的架构设计，并证明它的"
	    "正确性。");
	return 0;
}
