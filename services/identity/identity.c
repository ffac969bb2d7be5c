#include "identity/identity.h"

#include "errors.h"
#include "identity.methods.h"
#include "identity.queries.h"

static const struct constraint_error constraints[] = {
    {"street_name", ERR_IDENTITY_STREET_EXISTS, "name"},
    {"organization_name", ERR_IDENTITY_ORGANIZATION_NAME_TAKEN, "name"},
    {"person_id_number", ERR_IDENTITY_ID_NUMBER_TAKEN, "id_number"},
    {"account_username", ERR_IDENTITY_USERNAME_TAKEN, "username"},
    {"account_person", ERR_IDENTITY_PERSON_HAS_ACCOUNT, "person_id"},
    {NULL, 0, NULL},
};

const struct daemon_spec identity_spec = {
    .name = "identity",
    .methods = identity_methods,
    .methods_count = &identity_methods_count,
    .statements = identity_statements,
    .constraints = constraints,
};
