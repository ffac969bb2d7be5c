#include "identity/intake/compare.h"

#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "identity/rules.h"

static enum difference bad(struct comparison *comparison, enum roster_field field, int code)
{
    comparison->field = field;
    err_set(&comparison->fault, code, "row %u", comparison->row->number);
    return ROW_BAD;
}

static enum difference branch_compare(struct comparison *comparison)
{
    const struct identity_list_known_people_row *known = comparison->known;
    if (!known)
        return comparison->branch ? ROW_NEW : bad(comparison, ROSTER_BRANCH, ERR_FIELD_REQUIRED);
    if (!comparison->branch || !uuid_equal(&known->organization_id, &comparison->branch->id))
        return bad(comparison, ROSTER_BRANCH, ERR_CELL_OTHER_BRANCH);
    return ROW_SAME;
}

/* Takes the row's values over those of the register. */
static void values_merge(struct comparison *comparison)
{
    static const char *const categories[] = {"", "FULL", "PROBATIONARY"}; /* by enum roster_category */
    const struct roster_row *row = comparison->row;
    const struct identity_list_known_people_row *known = comparison->known;
    comparison->category = categories[row->category];
    comparison->joined_on = row->joined_on.day;
    comparison->full_since = row->full_since.day;
    if (!known)
        return;
    if (row->category == ROSTER_CATEGORY_NONE)
        comparison->category = known->category;
    if (comparison->joined_on == CLOCK_NO_DATE)
        comparison->joined_on = known->joined_on;
    if (comparison->full_since == CLOCK_NO_DATE)
        comparison->full_since = known->full_since;
}

static enum difference days_check(struct comparison *comparison)
{
    bool probationary = strcmp(comparison->category, "PROBATIONARY") == 0;
    switch (membership_dates_check(comparison->row->id_number.birth_date, comparison->joined_on, comparison->full_since,
                                   probationary, comparison->today)) {
    case MEMBERSHIP_OK:
        return ROW_SAME;
    case MEMBERSHIP_JOINED_FUTURE:
        return bad(comparison, ROSTER_JOINED_ON, ERR_FIELD_DATE_IN_FUTURE);
    case MEMBERSHIP_JOINED_TOO_YOUNG:
        return bad(comparison, ROSTER_JOINED_ON, ERR_IDENTITY_JOINED_TOO_YOUNG);
    case MEMBERSHIP_FULL_FUTURE:
        return bad(comparison, ROSTER_FULL_SINCE, ERR_FIELD_DATE_IN_FUTURE);
    case MEMBERSHIP_FULL_BEFORE_JOINED:
        return bad(comparison, ROSTER_FULL_SINCE, ERR_IDENTITY_FULL_SINCE_BEFORE_JOINED);
    case MEMBERSHIP_FULL_OF_PROBATIONARY:
        break;
    }
    return bad(comparison, ROSTER_FULL_SINCE, ERR_IDENTITY_FULL_SINCE_OF_PROBATIONARY);
}

static bool text_differs(const char *given, const char *known)
{
    return *given && strcmp(given, known) != 0;
}

static bool index_differs(struct bytes given, struct bytes known)
{
    return given.data && (!known.data || given.size != known.size || memcmp(given.data, known.data, given.size) != 0);
}

/* An empty cell says nothing; it never takes away what the register has. */
static bool differs(const struct comparison *comparison)
{
    const struct roster_row *row = comparison->row;
    const struct identity_list_known_people_row *known = comparison->known;
    return text_differs(row->name, known->name) || text_differs(row->ethnic_group, known->ethnic_group) ||
           text_differs(row->education, known->education) ||
           index_differs(comparison->phone_index, known->phone_index) ||
           index_differs(comparison->address_index, known->address_index) ||
           strcmp(comparison->category, known->category) != 0 || comparison->joined_on != known->joined_on ||
           comparison->full_since != known->full_since;
}

enum difference comparison_make(struct comparison *comparison)
{
    values_merge(comparison);
    if (branch_compare(comparison) == ROW_BAD)
        return ROW_BAD;
    if (!*comparison->category)
        return bad(comparison, ROSTER_CATEGORY, ERR_FIELD_REQUIRED);
    if (comparison->joined_on == CLOCK_NO_DATE)
        return bad(comparison, ROSTER_JOINED_ON, ERR_FIELD_REQUIRED);
    if (days_check(comparison) == ROW_BAD)
        return ROW_BAD;
    if (!comparison->known)
        return ROW_NEW;
    return differs(comparison) ? ROW_CHANGED : ROW_SAME;
}
