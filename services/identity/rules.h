/* The rules of organisations and memberships: pure functions, no clock, no I/O.
 *
 * Sources: [charter] 中国共产党章程; [branch] 中国共产党支部工作条例（试行）, 2018. */
#ifndef DANDELION_IDENTITY_RULES_H
#define DANDELION_IDENTITY_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* The five levels of the command path, numbered as in the contract. */
enum organization_level {
    LEVEL_WORKING_COMMITTEE = 1, /* 街道党工委 */
    LEVEL_COMMUNITY_COMMITTEE,   /* 社区党委 */
    LEVEL_AREA,                  /* 片区 */
    LEVEL_GRID,                  /* 基础网格 */
    LEVEL_BRANCH,                /* 党支部 */
    LEVEL_END
};

#define BRANCH_MEMBERS_MIN       3  /* 正式党员 [branch, article 4] */
#define BRANCH_MEMBERS_GENERAL   50 /* 党员人数一般不超过 [branch, article 4] */
#define BRANCH_COMMITTEE_FROM    7  /* 正式党员 from which there is a committee [branch, article 19] */
#define BRANCH_COMMITTEE_MIN     3  /* its members [branch, article 19] */
#define BRANCH_COMMITTEE_GENERAL 5
#define BRANCH_COMMITTEE_MAX     7
#define BRANCH_JOINT_UNITS_MAX   5 /* units of a joint branch (联合党支部) [branch, article 5] */

/* The level's name, as the contract spells it; NULL for none. */
const char *organization_level_name(enum organization_level level);

/* May an organisation of `level` stand under one of `parent`? Each level stands under the one above it, and the working
 * committee under none (`parent` 0). */
bool organization_parent_allowed(enum organization_level level, enum organization_level parent);

/* What a branch's size says; flags to show and to remind of, never a decision. */
enum branch_flag {
    BRANCH_TOO_SMALL = 1,       /* fewer than BRANCH_MEMBERS_MIN full members: a joint branch is called for */
    BRANCH_TOO_LARGE = 2,       /* more than BRANCH_MEMBERS_GENERAL members */
    BRANCH_NEEDS_COMMITTEE = 4, /* BRANCH_COMMITTEE_FROM full members or more; below it has a secretary only */
};

/* The flags of a branch with that many full (正式) and probationary (预备) members. */
unsigned branch_size_flags(unsigned full, unsigned probationary);

#define MEMBERSHIP_AGE_MIN 18 /* 年满十八岁 on joining [charter, article 1] */

enum membership_fault {
    MEMBERSHIP_OK = 0,
    MEMBERSHIP_JOINED_FUTURE,    /* joined after today */
    MEMBERSHIP_JOINED_TOO_YOUNG, /* before the day of MEMBERSHIP_AGE_MIN years */
    MEMBERSHIP_FULL_FUTURE,      /* full since a day after today */
    MEMBERSHIP_FULL_BEFORE_JOINED,
    MEMBERSHIP_FULL_OF_PROBATIONARY, /* a probationary member is not yet full */
};

/* Do the days of a membership follow each other? Each of the first three may be CLOCK_NO_DATE; where only the month of
 * joining is known, give the month's last day. */
enum membership_fault membership_dates_check(int32_t birth_date, int32_t joined_on, int32_t full_since,
                                             bool probationary, int32_t today);

#endif
