/*
 * Whom the state folder is shared with: what is made in it is ours alone,
 * unless the folder was prepared for a group.
 */
#ifndef SHARE_H
#define SHARE_H

#include <sys/types.h>

/*
 * The group's bits of a folder that a group, but nobody else, has a part in
 * (0750, 2770), for what is made in it; with the bit that hands the group
 * on. 0 for all others, also for the 0755 that nobody chose.
 */
mode_t share_mode(const char *dir);

#endif
