/* Sums over the balances and limits that the ledger knows. */
#include <math.h>
#include <stdio.h>

#include "conf.h"
#include "fold.h"
#include "keys.h"
#include "left.h"

void
left_text(const struct conf *c, const struct keys *k, const struct fold *f,
    char *dst, size_t size)
{
	const struct fold_ent *e;
	double credits = NAN;
	int64_t requests = -1;
	char a[64] = "", b[64] = "";
	size_t i, u;

	for (u = 0; u < c->nupstreams; u++)
		for (i = 0; i < k->n; i++) {
			e = fold_get(f, c->upstreams[u].name, k->v[i].id, NULL);
			if (e == NULL)
				continue;
			if (!isnan(e->balance))
				credits = e->balance +
				    (isnan(credits) ? 0 : credits);
			if (e->limits.left != -1)
				requests = e->limits.left +
				    (requests == -1 ? 0 : requests);
		}
	if (!isnan(credits))
		snprintf(a, sizeof(a), ", %.10g credits left", credits);
	if (requests != -1)
		snprintf(b, sizeof(b), ", %lld requests left",
		    (long long)requests);
	snprintf(dst, size, "%s%s", a, b);
}
