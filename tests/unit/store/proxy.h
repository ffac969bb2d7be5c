/* Stands between libpq and PostgreSQL on a unix socket of its own, and breaks off when told. */
#ifndef DANDELION_TESTS_STORE_PROXY_H
#define DANDELION_TESTS_STORE_PROXY_H

#include "fixture.h"

/* `dsn` says where the server is. */
struct proxy *proxy_new(struct event_base *base, const char *dsn);
void proxy_destroy(struct proxy **proxy);

/* The folder whose socket clients connect to. */
const char *proxy_directory(const struct proxy *proxy);

void proxy_cut(struct proxy *proxy, enum cut cut);

#endif
