/* Counts and times per route, in the form that Prometheus reads. */
#ifndef DANDELION_GATEWAY_SERVE_FIGURES_H
#define DANDELION_GATEWAY_SERVE_FIGURES_H

#include <stdint.h>

#include "base/str.h"
#include "gateway/routes/route.h"

struct gateway;
struct figures;

struct figures *figures_new(void);
void figures_destroy(struct figures **figures);

/* Counts one answer. */
void figures_count(struct figures *figures, const struct route *route, int status, int64_t duration_us);

/* Writes all figures of the gateway in the text exposition format. */
void figures_write(const struct gateway *gateway, struct str *out);

#endif
