/* Connections that break: before the server hears of a COMMIT, after it has committed, and in between. */
#include <stdlib.h>

#include "base/clock.h"
#include "errors.h"
#include "fixture.h"

enum { MANY = 30 };

/* Runs a group whose COMMIT meets `cut`; every unit must be there once, and be told so once. */
static void run_through(struct fixture *f, enum cut cut, bool keyed)
{
    struct job *jobs[MANY];
    char keys[MANY][24];
    f->options.connections = 1;
    fixture_start(f);
    int64_t events = number_of(f, "SELECT count(*) FROM event");
    for (size_t i = 0; i < MANY; i++) {
        jobs[i] = job_new(f, purse_new(f, 100), (int64_t)i);
        snprintf(keys[i], sizeof keys[i], "cut-%d-%zu", (int)cut, i);
        jobs[i]->unit.idempotency_key = keyed ? keys[i] : NULL;
    }
    fixture_cut(f, cut);
    for (size_t i = 0; i < MANY; i++)
        job_submit(jobs[i]);
    jobs_wait(f);
    assert_int_equal(committer_stats(f->committer).lost_groups, 1);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i]->done, 1);
        assert_int_equal(jobs[i]->code, 0);
        assert_int_equal(jobs[i]->decided, cut == CUT_AFTER_COMMIT ? 1 : 2);
        assert_int_equal(purse_fen(f, jobs[i]->purse), 100 + i);
        job_free(jobs[i]);
    }
    assert_int_equal(number_of(f, "SELECT count(*) FROM event"), events + MANY);
    assert_true(log_is_dense(f));
}

static void test_a_commit_that_was_not_heard_is_done_again(void **state)
{
    run_through(*state, CUT_BEFORE_COMMIT, false);
}

static void test_a_commit_whose_answer_was_lost_is_found(void **state)
{
    run_through(*state, CUT_AFTER_COMMIT, false);
}

static void test_the_same_with_idempotency_keys(void **state)
{
    run_through(*state, CUT_AFTER_COMMIT, true);
}

/* A unit without an audit entry cannot be found again: it is begun anew, and must itself see what was done. */
static void test_an_unaudited_unit_is_begun_anew(void **state)
{
    struct fixture *f = *state;
    fixture_start(f);
    struct job *job = job_new(f, purse_new(f, 0), 1);
    job->unit.audited = false;
    fixture_cut(f, CUT_AFTER_COMMIT);
    job_submit(job);
    jobs_wait(f);
    assert_int_equal(job->decided, 2);
    assert_int_equal(purse_fen(f, job->purse), 2);
    job_free(job);
}

static void test_killed_backends_are_survived(void **state)
{
    struct fixture *f = *state;
    struct job *jobs[MANY];
    fixture_start(f);
    for (size_t round = 0; round < 5; round++) {
        for (size_t i = 0; i < MANY; i++)
            job_submit(jobs[i] = job_new(f, purse_new(f, 0), 1));
        for (size_t turn = 0; turn < round; turn++)
            event_base_loop(f->base, EVLOOP_ONCE);
        number_of(f, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                     "usename = current_user AND datname = current_database() AND application_name = 'dandelion'");
        jobs_wait(f);
        for (size_t i = 0; i < MANY; i++) {
            assert_int_equal(jobs[i]->code, 0);
            assert_int_equal(jobs[i]->done, 1);
            assert_int_equal(purse_fen(f, jobs[i]->purse), 1);
            job_free(jobs[i]);
        }
    }
    assert_true(log_is_dense(f));
}

static void test_without_a_database_units_wait_until_their_deadline(void **state)
{
    struct fixture *f = *state;
    f->options.connection.dsn = "host=/nowhere";
    f->committer = committer_new(&f->options);
    struct job *job = job_new(f, (struct uuid){{1}}, 1);
    job->unit.deadline = clock_now_ms() + 100;
    job_submit(job);
    jobs_wait(f);
    assert_int_equal(job->code, ERR_UNAVAILABLE);
    assert_int_not_equal(*committer_problem(f->committer), '\0');
    job_free(job);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_commit_that_was_not_heard_is_done_again),
        TEST(test_a_commit_whose_answer_was_lost_is_found),
        TEST(test_the_same_with_idempotency_keys),
        TEST(test_an_unaudited_unit_is_begun_anew),
        TEST(test_killed_backends_are_survived),
        TEST(test_without_a_database_units_wait_until_their_deadline),
    };
    return fixture_dsn() ? cmocka_run_group_tests(tests, NULL, NULL) : SKIPPED;
}
