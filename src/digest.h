/* What ms-quota prints of a status. Pure. */
#ifndef DIGEST_H
#define DIGEST_H

struct buf;
struct status;
struct table_style;

/*
 * Append it in one form: the shape of the original gateway's status and
 * more, Prometheus metrics, tables for people. 0, or -1 with errno.
 */
int digest_json(const struct status *s, struct buf *out);
int digest_prometheus(const struct status *s, struct buf *out);
int digest_table(const struct status *s, const struct table_style *style,
    struct buf *out);

#endif
