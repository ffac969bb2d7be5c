/* Group commit on a real database: what one unit suffers another does not, and everything happens once. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "errors.h"
#include "fixture.h"

enum { MANY = 40 };

static void test_units_that_wait_together_share_a_group(void **state)
{
    struct fixture *f = *state;
    struct job *jobs[MANY];
    fixture_start(f);
    for (size_t i = 0; i < MANY; i++)
        job_submit(jobs[i] = job_new(f, purse_new(f, 10), (int64_t)i));
    jobs_wait(f);
    assert_int_equal(committer_stats(f->committer).groups, 1);
    int64_t position = jobs[0]->unit.events->position;
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i]->code, 0);
        assert_int_equal(jobs[i]->decided, 1);
        assert_int_equal(jobs[i]->unit.events->position, position + (int64_t)i);
        assert_int_equal(purse_fen(f, jobs[i]->purse), 10 + i);
        job_free(jobs[i]);
    }
    assert_true(log_is_dense(f));
}

static void test_a_refused_unit_leaves_the_others_alone(void **state)
{
    struct fixture *f = *state;
    struct job *jobs[MANY];
    fixture_start(f);
    for (size_t i = 0; i < MANY; i++) {
        jobs[i] = job_new(f, purse_new(f, 0), 1);
        jobs[i]->refuse = i % 3 == 0 ? ERR_FORBIDDEN : 0;
        job_submit(jobs[i]);
    }
    jobs_wait(f);
    assert_int_equal(committer_stats(f->committer).groups, 1);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i]->code, i % 3 == 0 ? ERR_FORBIDDEN : 0);
        assert_int_equal(purse_fen(f, jobs[i]->purse), i % 3 == 0 ? 0 : 1);
        job_free(jobs[i]);
    }
}

static void test_a_violated_constraint_hurts_only_its_unit(void **state)
{
    struct fixture *f = *state;
    struct job *jobs[MANY];
    fixture_start(f);
    for (size_t i = 0; i < MANY; i++)
        job_submit(jobs[i] = job_new(f, purse_new(f, 5), i == 7 ? -6 : 1));
    jobs_wait(f);
    assert_int_equal(committer_stats(f->committer).failed_groups, 2); /* the group, then the unit alone */
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i]->done, 1);
        assert_int_equal(jobs[i]->code, i == 7 ? ERR_DUES_AMOUNT_MISMATCH : 0);
        assert_string_equal(jobs[i]->field, i == 7 ? "fen" : "");
        assert_int_equal(purse_fen(f, jobs[i]->purse), i == 7 ? 5 : 6);
        job_free(jobs[i]);
    }
    assert_true(log_is_dense(f));
}

static void test_a_row_that_is_not_there_hurts_only_its_unit(void **state)
{
    struct fixture *f = *state;
    struct job *jobs[MANY];
    fixture_start(f);
    for (size_t i = 0; i < MANY; i++) {
        jobs[i] = job_new(f, purse_new(f, 5), 1);
        jobs[i]->misses = i == 3;
        job_submit(jobs[i]);
    }
    jobs_wait(f);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i]->code, i == 3 ? ERR_CONFLICT : 0); /* tried anew, and given up */
        assert_int_equal(purse_fen(f, jobs[i]->purse), i == 3 ? 5 : 6);
        if (i != 3)
            assert_in_range(jobs[i]->decided, 1, 2);
        job_free(jobs[i]);
    }
}

static void test_units_on_one_aggregate_follow_each_other(void **state)
{
    struct fixture *f = *state;
    struct job *jobs[MANY];
    fixture_start(f);
    struct uuid purse = purse_new(f, 0);
    for (size_t i = 0; i < MANY; i++)
        job_submit(jobs[i] = job_new(f, purse, 1));
    jobs_wait(f);
    assert_int_equal(purse_fen(f, purse), MANY);
    assert_int_equal(committer_stats(f->committer).groups, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i]->code, 0);
        assert_int_equal(jobs[i]->decided, 1);
        job_free(jobs[i]);
    }
}

static struct job *keyed(struct fixture *f, struct uuid purse, const char *key, const char *request)
{
    struct job *job = job_new(f, purse, 1);
    job->unit.idempotency_key = key;
    job->unit.request = (struct bytes){request, strlen(request)};
    return job;
}

static void test_a_repeat_gets_the_first_answer(void **state)
{
    struct fixture *f = *state;
    fixture_start(f);
    struct uuid purse = purse_new(f, 1);
    const char *key = "repeat";
    struct job *first = keyed(f, purse, key, "same"), *meanwhile = keyed(f, purse, key, "same");
    job_submit(first);
    job_submit(meanwhile);
    jobs_wait(f);
    struct job *repeat = keyed(f, purse, key, "same"), *other = keyed(f, purse, key, "other");
    job_submit(repeat);
    jobs_wait(f);
    job_submit(other);
    jobs_wait(f);
    struct job *stranger = keyed(f, purse, key, "other");
    stranger->unit.account_id = (struct uuid){{9}};
    job_submit(stranger);
    jobs_wait(f);
    assert_int_equal(first->code, 0);
    assert_int_equal(meanwhile->code, ERR_IDEMPOTENCY_IN_PROGRESS);
    assert_int_equal(repeat->code, 0);
    assert_true(repeat->replayed);
    assert_int_equal(repeat->decided, 0);
    assert_int_equal(repeat->unit.replay->version, 7);
    assert_int_equal(repeat->unit.replay->reply.size, 1);
    assert_memory_equal(repeat->unit.replay->reply.data, "2", 1);
    assert_int_equal(other->code, ERR_IDEMPOTENCY_KEY_REUSED);
    assert_int_equal(stranger->code, 0); /* a key is its account's own */
    assert_int_equal(purse_fen(f, purse), 3);
    struct job *all[] = {first, meanwhile, repeat, other, stranger};
    for (size_t i = 0; i < 5; i++)
        job_free(all[i]);
}

static void test_what_is_past_its_deadline_is_not_done(void **state)
{
    struct fixture *f = *state;
    fixture_start(f);
    struct uuid purse = purse_new(f, 0);
    struct job *late = job_new(f, purse, 1);
    late->unit.deadline = clock_now_ms() - 1;
    job_submit(late);
    jobs_wait(f);
    assert_int_equal(late->code, ERR_DEADLINE_EXCEEDED);
    assert_int_equal(purse_fen(f, purse), 0);
    job_free(late);
}

static void test_a_full_queue_is_said_at_once(void **state)
{
    struct fixture *f = *state;
    struct job *jobs[8];
    f->options.queue_max = 5;
    fixture_start(f);
    for (size_t i = 0; i < 8; i++)
        job_submit(jobs[i] = job_new(f, purse_new(f, 0), 1));
    assert_int_equal(f->open, 5);
    jobs_wait(f);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(jobs[i]->code, i < 5 ? 0 : ERR_OVERLOADED);
        job_free(jobs[i]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_units_that_wait_together_share_a_group),    TEST(test_a_refused_unit_leaves_the_others_alone),
        TEST(test_a_violated_constraint_hurts_only_its_unit), TEST(test_a_row_that_is_not_there_hurts_only_its_unit),
        TEST(test_units_on_one_aggregate_follow_each_other),  TEST(test_a_repeat_gets_the_first_answer),
        TEST(test_what_is_past_its_deadline_is_not_done),     TEST(test_a_full_queue_is_said_at_once),
    };
    return fixture_dsn() ? cmocka_run_group_tests(tests, NULL, NULL) : SKIPPED;
}
