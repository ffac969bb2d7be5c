/* bus/dispatch: nothing reaches a handler that is unknown, late, not allowed or malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/dispatch.h"
#include "dandelion/dues.pb-c.h"
#include "errors.h"

enum { NOW = 1000000 };

static const Dandelion__Role secretary = DANDELION__ROLE__branch_secretary, auditor = DANDELION__ROLE__auditor;

static char account[] = "01900000-0000-7000-8000-000000000009";

struct scene {
    struct method method;
    Dandelion__Bus__Request envelope;
    Dandelion__Bus__Caller caller;
    Dandelion__Bus__Grant grants[8], *list[8];
    struct bus_request request;
    struct dispatched result;
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    if (!scene)
        return -1;
    const ProtobufCMessageDescriptor *input = &dandelion__dues__quote_dues_request__descriptor;
    scene->method = (struct method){
        .name = "Dues.Quote",
        .input = input,
        .input_rules = message_rules_find(input),
        .roles = METHOD_ROLE(secretary),
        .deadline_ms = 5000,
    };
    dandelion__bus__request__init(&scene->envelope);
    dandelion__bus__caller__init(&scene->caller);
    scene->envelope.caller = &scene->caller;
    scene->envelope.deadline_unix_ms = NOW + 1;
    scene->caller.grants = scene->list;
    scene->caller.account_id = account;
    /* A good request: category WAGE. */
    scene->request = (struct bus_request){&scene->envelope, {"\x08\x01", 2}, arena_new(1 << 20), 0};
    *state = scene;
    return 0;
}

static int clear_scene(void **state)
{
    struct scene *scene = *state;
    arena_destroy(&scene->request.arena);
    free(scene);
    return 0;
}

static void grant(struct scene *scene, Dandelion__Role role, const char *path)
{
    size_t at = scene->caller.n_grants++;
    dandelion__bus__grant__init(&scene->grants[at]);
    scene->grants[at].role = role;
    scene->grants[at].path = (char *)(uintptr_t)path;
    scene->list[at] = &scene->grants[at];
}

static int dispatched(struct scene *scene)
{
    scene->result = (struct dispatched){0};
    return dispatch_request(&scene->method, &scene->request, NOW, &scene->result, &scene->err) < 0 ? scene->err.code
                                                                                                   : 0;
}

static void scope_is_what_the_roles_reach(void **state)
{
    struct scene *scene = *state;
    grant(scene, secretary, "/1/4/1c/");
    grant(scene, auditor, "/1/"); /* does not hold the permission, so it does not widen the scope */
    grant(scene, secretary, "/1/4/2/");
    grant(scene, secretary, "/1/4/1c/9/");
    assert_int_equal(dispatched(scene), 0);
    assert_ptr_equal(scene->result.method, &scene->method);
    assert_int_equal(((Dandelion__Dues__QuoteDuesRequest *)scene->result.input)->category,
                     DANDELION__DUES__CATEGORY__WAGE);
    assert_int_equal(scene->result.scope_count, 2);
    assert_string_equal(scene->result.scope[0], "/1/4/1c/");
    assert_string_equal(scene->result.scope[1], "/1/4/2/");
    grant(scene, secretary, "/1/4/");
    grant(scene, secretary, "/1/5/");
    assert_int_equal(dispatched(scene), 0);
    assert_int_equal(scene->result.scope_count, 2);
    assert_string_equal(scene->result.scope[0], "/1/4/");
    assert_string_equal(scene->result.scope[1], "/1/5/");
}

static void closed_by_default(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(dispatch_request(NULL, &scene->request, NOW, &scene->result, &scene->err), -1);
    assert_int_equal(scene->err.code, ERR_METHOD_UNKNOWN);
    assert_int_equal(dispatched(scene), ERR_FORBIDDEN); /* no grants */
    grant(scene, auditor, "/1/");
    assert_int_equal(dispatched(scene), ERR_FORBIDDEN); /* another role */
    grant(scene, secretary, "");
    assert_int_equal(dispatched(scene), ERR_FORBIDDEN); /* a grant without a place reaches nothing */
    grant(scene, DANDELION__ROLE__ROLE_UNSPECIFIED, "/1/");
    scene->method.roles = 0;
    assert_int_equal(dispatched(scene), ERR_FORBIDDEN); /* a method that nobody holds */
    scene->caller.account_id = (char *)(uintptr_t) "";
    assert_int_equal(dispatched(scene), ERR_UNAUTHENTICATED);
    scene->envelope.caller = NULL;
    assert_int_equal(dispatched(scene), ERR_UNAUTHENTICATED);
}

static void special_permissions(void **state)
{
    struct scene *scene = *state;
    scene->method.roles = METHOD_SIGNED_IN;
    assert_int_equal(dispatched(scene), 0);
    assert_int_equal(scene->result.scope_count, 0);
    scene->method.roles = METHOD_INTERNAL;
    assert_int_equal(dispatched(scene), ERR_FORBIDDEN);
    scene->caller.service = (char *)(uintptr_t) "gateway";
    assert_int_equal(dispatched(scene), ERR_FORBIDDEN); /* on behalf of an account */
    scene->caller.account_id = (char *)(uintptr_t) "";
    assert_int_equal(dispatched(scene), 0);
    scene->method.roles = METHOD_SIGNED_IN;
    assert_int_equal(dispatched(scene), ERR_UNAUTHENTICATED);
    scene->method.roles = METHOD_ANYONE;
    scene->envelope.caller = NULL;
    assert_int_equal(dispatched(scene), 0);
}

static void deadline_key_version_and_input(void **state)
{
    struct scene *scene = *state;
    scene->method.roles = METHOD_ANYONE;
    scene->envelope.deadline_unix_ms = NOW;
    assert_int_equal(dispatched(scene), ERR_DEADLINE_EXCEEDED);
    scene->envelope.deadline_unix_ms = NOW + 1;
    scene->method.idempotent = scene->method.if_match = true;
    assert_int_equal(dispatched(scene), ERR_IDEMPOTENCY_KEY_REQUIRED);
    scene->envelope.idempotency_key = (char *)(uintptr_t) "key";
    assert_int_equal(dispatched(scene), ERR_IF_MATCH_REQUIRED);
    scene->envelope.if_match = 1;
    assert_int_equal(dispatched(scene), 0);
    scene->request.payload = (struct bytes){"\x08\x63", 2};
    assert_int_equal(dispatched(scene), ERR_FIELD_UNKNOWN_VALUE);
    assert_null(scene->result.method); /* nothing is written on failure */
    scene->request.payload = (struct bytes){"\x08", 1};
    assert_int_equal(dispatched(scene), ERR_MESSAGE_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(scope_is_what_the_roles_reach, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(closed_by_default, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(special_permissions, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(deadline_key_version_and_input, set_scene, clear_scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
