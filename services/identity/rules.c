#include "identity/rules.h"

#include <stddef.h>

#include "base/clock.h"

static const char *const level_names[LEVEL_END] = {
    [LEVEL_WORKING_COMMITTEE] = "working_committee",
    [LEVEL_COMMUNITY_COMMITTEE] = "community_committee",
    [LEVEL_AREA] = "area",
    [LEVEL_GRID] = "grid",
    [LEVEL_BRANCH] = "branch",
};

static bool is_level(enum organization_level level)
{
    return (int)level >= LEVEL_WORKING_COMMITTEE && (int)level < LEVEL_END;
}

const char *organization_level_name(enum organization_level level)
{
    return is_level(level) ? level_names[level] : NULL;
}

bool organization_parent_allowed(enum organization_level level, enum organization_level parent)
{
    return is_level(level) && (int)parent == (int)level - 1;
}

unsigned branch_size_flags(unsigned full, unsigned probationary)
{
    unsigned flags = 0;
    if (full < BRANCH_MEMBERS_MIN)
        flags |= BRANCH_TOO_SMALL;
    if (full > BRANCH_MEMBERS_GENERAL || probationary > BRANCH_MEMBERS_GENERAL - full)
        flags |= BRANCH_TOO_LARGE;
    if (full >= BRANCH_COMMITTEE_FROM)
        flags |= BRANCH_NEEDS_COMMITTEE;
    return flags;
}

static bool is_too_young(int32_t birth_date, int32_t joined_on)
{
    return birth_date != CLOCK_NO_DATE && joined_on < clock_date_add_months(birth_date, MEMBERSHIP_AGE_MIN * 12);
}

enum membership_fault membership_dates_check(int32_t birth_date, int32_t joined_on, int32_t full_since,
                                             bool probationary, int32_t today)
{
    if (joined_on != CLOCK_NO_DATE && joined_on > today)
        return MEMBERSHIP_JOINED_FUTURE;
    if (joined_on != CLOCK_NO_DATE && is_too_young(birth_date, joined_on))
        return MEMBERSHIP_JOINED_TOO_YOUNG;
    if (full_since == CLOCK_NO_DATE)
        return MEMBERSHIP_OK;
    if (probationary)
        return MEMBERSHIP_FULL_OF_PROBATIONARY;
    if (full_since > today)
        return MEMBERSHIP_FULL_FUTURE;
    return full_since < joined_on ? MEMBERSHIP_FULL_BEFORE_JOINED : MEMBERSHIP_OK; /* no date is the smallest number */
}
