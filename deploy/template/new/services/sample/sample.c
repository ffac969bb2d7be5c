#include "sample/sample.h"

#include "sample.methods.h"
#include "sample.queries.h"
#include "sample/organizations.h"

static const struct follow follows[] = {
    {"identity", organizations_handlers},
    {NULL, NULL},
};

const struct daemon_spec sample_spec = {
    .name = "sample",
    .methods = sample_methods,
    .methods_count = &sample_methods_count,
    .statements = sample_statements,
    .follows = follows,
};
