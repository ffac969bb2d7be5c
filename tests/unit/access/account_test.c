/* access/account: which role may be held where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/access/account.h"

static void roles_fit_their_level(void **state)
{
    static const struct {
        const char *level;
        Dandelion__Role role;
        bool fits;
    } places[] = {
        {"working_committee", DANDELION__ROLE__street_administrator, true},
        {"community_committee", DANDELION__ROLE__street_administrator, false},
        {"community_committee", DANDELION__ROLE__community_secretary, true},
        {"working_committee", DANDELION__ROLE__community_secretary, false},
        {"area", DANDELION__ROLE__area_lead, true},
        {"grid", DANDELION__ROLE__grid_worker, true},
        {"branch", DANDELION__ROLE__grid_worker, false},
        {"branch", DANDELION__ROLE__branch_secretary, true},
        {"grid", DANDELION__ROLE__branch_secretary, false},
        {"branch", DANDELION__ROLE__dues_collector, true},
        {"area", DANDELION__ROLE__dues_collector, false},
        {"branch", DANDELION__ROLE__resident, false},
        {"working_committee", DANDELION__ROLE__system_operator, true},
        {"branch", DANDELION__ROLE__system_operator, false},
        {"branch", DANDELION__ROLE__ROLE_UNSPECIFIED, false},
        {"branch", (Dandelion__Role)99, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        assert_int_equal(role_fits(places[i].role, places[i].level), places[i].fits);
}

static void every_role_fits_somewhere(void **state)
{
    static const char *const levels[] = {"working_committee", "community_committee", "area", "grid", "branch"};
    (void)state;
    for (int role = 1; role <= DANDELION__ROLE__system_operator; role++) {
        int fits = 0;
        for (size_t i = 0; i < 5; i++)
            fits += role_fits((Dandelion__Role)role, levels[i]);
        assert_in_range(fits, 1, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_fit_their_level),
        cmocka_unit_test(every_role_fits_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
