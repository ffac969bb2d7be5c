#include "dues/dues.h"

#include "dues.methods.h"
#include "dues.queries.h"
#include "dues/members.h"
#include "errors.h"

/* Two instances gave the same version: the one that came second saw an old one. */
static const struct constraint_error constraints[] = {
    {"standard_pkey", ERR_VERSION_STALE, ""},
    {NULL, 0, NULL},
};

static const struct follow follows[] = {
    {"identity", members_handlers},
    {NULL, NULL},
};

const struct daemon_spec dues_spec = {
    .name = "dues",
    .methods = dues_methods,
    .methods_count = &dues_methods_count,
    .statements = dues_statements,
    .constraints = constraints,
    .follows = follows,
};
