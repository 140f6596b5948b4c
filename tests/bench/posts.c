/*
 * posts URL BODY N C: N POSTs of the file BODY, C at once, by the barest loop
 * that libcurl allows. What is received is thrown away.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t
drop(char *p, size_t one, size_t n, void *arg)
{
	(void)p;
	(void)one;
	(void)arg;
	return n;
}

static char *
slurp(const char *path, long *n)
{
	FILE *fp = fopen(path, "r");
	char *s = NULL;

	if (fp == NULL)
		return NULL;
	if (fseek(fp, 0, SEEK_END) == 0 && (*n = ftell(fp)) > 0 &&
	    (s = malloc((size_t)*n)) != NULL) {
		rewind(fp);
		if (fread(s, 1, (size_t)*n, fp) != (size_t)*n) {
			free(s);
			s = NULL;
		}
	}
	fclose(fp);
	return s;
}

int
main(int argc, char *argv[])
{
	CURLM *m = curl_multi_init();
	struct curl_slist *h = NULL;
	long n, todo, running = 0, bad = 0;
	CURLMsg *msg;
	CURL *e;
	char *body;
	int i, c, left, live;

	if (argc != 5 || (body = slurp(argv[2], &n)) == NULL)
		return 64;
	todo = strtol(argv[3], NULL, 10);
	c = (int)strtol(argv[4], NULL, 10);
	h = curl_slist_append(h, "Authorization: Bearer ms-bench");
	h = curl_slist_append(h, "Content-Type: application/json");
	for (i = 0; i < c && todo > 0; i++, todo--, running++) {
		e = curl_easy_init();
		curl_easy_setopt(e, CURLOPT_URL, argv[1]);
		curl_easy_setopt(e, CURLOPT_HTTPHEADER, h);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, n);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, drop);
		curl_multi_add_handle(m, e);
	}
	while (running > 0) {
		curl_multi_perform(m, &live);
		while ((msg = curl_multi_info_read(m, &left)) != NULL) {
			e = msg->easy_handle;
			bad += msg->data.result != CURLE_OK;
			curl_multi_remove_handle(m, e);
			if (todo > 0) {
				todo--;
				curl_multi_add_handle(m, e);
				continue;
			}
			curl_easy_cleanup(e);
			running--;
		}
		curl_multi_poll(m, NULL, 0, 1000, NULL);
	}
	curl_multi_cleanup(m);
	curl_slist_free_all(h);
	free(body);
	return bad != 0;
}
