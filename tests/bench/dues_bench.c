/* Payments per second over the bus, of a street made by dues_seed.sql: payment n is of member n * 7919 % members, the
 * (n / members)th of the months that may be paid.
 *
 * usage: dues_bench bus-directory members first count in-flight
 * Prints payments per second and the time that they took; exits 1 if one was refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bus/client.h"
#include "bus/reply.h"
#include "dandelion/dues.pb-c.h"

enum { STEP = 7919, BRANCHES = 120, ARREARS = 6, TEXT = 64, PAYMENT_FEN = 4500, DEADLINE_MS = 10000 };

struct payments {
    struct event_base *base;
    struct bus_client *client;
    long members, next, end, open, failed;
    int code; /* of the first refusal */
    int64_t *took_us;
    size_t done;
};

/* One payment on its way. */
struct slot {
    struct payments *payments;
    int64_t begun_us;
};

static void pay(struct slot *slot);

static void paid(void *arg, const struct bus_reply *reply)
{
    struct slot *slot = arg;
    struct payments *payments = slot->payments;
    payments->took_us[payments->done++] = clock_monotonic_us() - slot->begun_us;
    if (reply->err && payments->failed++ == 0)
        payments->code = reply->err->code;
    if (payments->next < payments->end)
        pay(slot);
    else if (--payments->open == 0)
        event_base_loopbreak(payments->base);
}

static char *id(char text[TEXT], int kind, long n)
{
    snprintf(text, TEXT, "%08d-0000-7000-8000-%012ld", kind, n);
    return text;
}

static void pay(struct slot *slot)
{
    Dandelion__Bus__Request envelope = DANDELION__BUS__REQUEST__INIT;
    Dandelion__Bus__Caller caller = DANDELION__BUS__CALLER__INIT;
    Dandelion__Bus__Grant grant = DANDELION__BUS__GRANT__INIT, *grants[] = {&grant};
    Dandelion__Dues__PayRequest message = DANDELION__DUES__PAY_REQUEST__INIT;
    char street[TEXT], account[TEXT], branch[TEXT], member[TEXT], path[TEXT], key[TEXT], month[CLOCK_MONTH_SIZE];
    char *months[] = {month};
    struct payments *payments = slot->payments;
    struct err err = {0};
    long n = payments->next++;
    long person = n * STEP % payments->members;
    int32_t now = clock_month_of(clock_date_of(clock_now_ms()));
    snprintf(path, sizeof path, "/1/%ld/", person % BRANCHES);
    snprintf(key, sizeof key, "%08lx-%ld", (unsigned long)(n * 2654435761L & 0xffffffff), n);
    clock_month_format(now - ARREARS + (int32_t)(n / payments->members), month);
    grant.role = DANDELION__ROLE__dues_collector;
    grant.organization_id = id(branch, 2, person % BRANCHES);
    grant.path = path;
    caller.street_id = id(street, 1, 1);
    caller.account_id = caller.person_id = id(account, 5, person % BRANCHES);
    caller.grants = grants;
    caller.n_grants = 1;
    envelope.method = (char *)"Dues.Pay";
    envelope.deadline_unix_ms = clock_now_ms() + DEADLINE_MS;
    envelope.caller = &caller;
    envelope.traceparent = (char *)"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    envelope.idempotency_key = key;
    message.member_id = id(member, 3, person);
    message.n_months = 1;
    message.months = months;
    message.amount_fen = PAYMENT_FEN;
    message.channel = DANDELION__DUES__CHANNEL__CASH;
    slot->begun_us = clock_monotonic_us();
    struct bus_client_request request = {.envelope = &envelope, .message = &message.base, .repeatable = true};
    if (bus_client_send(payments->client, &request, paid, slot, &err) < 0) {
        fprintf(stderr, "dues_bench: %s\n", err.detail);
        exit(1);
    }
}

static int compare(const void *a, const void *b)
{
    const int64_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static void report(struct payments *payments, long in_flight, double seconds)
{
    qsort(payments->took_us, payments->done, sizeof *payments->took_us, compare);
    printf("dues: %ld in flight: %.0f payments/s, p50 %.1f ms, p99 %.1f ms, %ld refused\n", in_flight,
           (double)payments->done / seconds, (double)payments->took_us[payments->done / 2] / 1e3,
           (double)payments->took_us[payments->done * 99 / 100] / 1e3, payments->failed);
    if (payments->failed)
        fprintf(stderr, "dues_bench: the first refusal has code %d\n", payments->code);
}

int main(int argc, char **argv)
{
    char endpoint[256];
    struct err err = {0};
    if (argc != 6) {
        fprintf(stderr, "usage: dues_bench bus-directory members first count in-flight\n");
        return 2;
    }
    snprintf(endpoint, sizeof endpoint, "ipc://%s/dues", argv[1]);
    const char *endpoints[] = {endpoint};
    long count = strtol(argv[4], NULL, 10), in_flight = strtol(argv[5], NULL, 10);
    struct payments payments = {
        .base = event_base_new(), .members = strtol(argv[2], NULL, 10), .next = strtol(argv[3], NULL, 10)};
    payments.end = payments.next + count;
    payments.took_us = calloc((size_t)count, sizeof *payments.took_us);
    struct slot *slots = calloc((size_t)in_flight, sizeof *slots);
    payments.client = bus_client_new(payments.base, &(struct bus_client_options){endpoints, 1, 0, 3000}, &err);
    if (!payments.took_us || !slots || !payments.client) {
        fprintf(stderr, "dues_bench: %s\n", err.detail);
        return 1;
    }
    int64_t start = clock_monotonic_us();
    for (long i = 0; i < in_flight && payments.next < payments.end; i++) {
        slots[i].payments = &payments;
        payments.open++;
        pay(&slots[i]);
    }
    event_base_dispatch(payments.base);
    report(&payments, in_flight, (double)(clock_monotonic_us() - start) / 1e6);
    bus_client_destroy(&payments.client);
    event_base_free(payments.base);
    free(payments.took_us);
    free(slots);
    return payments.failed != 0;
}
