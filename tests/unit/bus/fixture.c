#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

int fixture_open(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return -1;
    snprintf(fixture->directory, sizeof fixture->directory, "/tmp/dandelion-bus-XXXXXX");
    fixture->base = event_base_new();
    *state = fixture;
    return mkdtemp(fixture->directory) && fixture->base ? 0 : -1;
}

int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    DIR *directory = opendir(fixture->directory);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(fixture->directory);
    event_base_free(fixture->base);
    free(fixture);
    return 0;
}

const char *fixture_endpoint(const struct fixture *fixture, const char *name)
{
    static char endpoints[4][80];
    static unsigned next;
    char *endpoint = endpoints[next++ % 4];
    snprintf(endpoint, sizeof endpoints[0], "ipc://%s/%s", fixture->directory, name);
    return endpoint;
}

bool fixture_run(struct fixture *fixture, bool (*done)(void *arg), void *arg, int ms)
{
    int64_t end = clock_monotonic_us() + INT64_C(1000) * ms;
    while (!done(arg) && clock_monotonic_us() < end)
        fixture_idle(fixture, 2);
    return done(arg);
}

void fixture_idle(struct fixture *fixture, int ms)
{
    struct timeval time = {ms / 1000, ms % 1000 * 1000};
    event_base_loopexit(fixture->base, &time);
    event_base_dispatch(fixture->base);
}
