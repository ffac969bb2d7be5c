/* What operators and their tools ask: /livez, /readyz (of the whole), /metrics. */
#ifndef DANDELION_GATEWAY_SERVE_PROBES_H
#define DANDELION_GATEWAY_SERVE_PROBES_H

#include <stdbool.h>

#include "gateway/serve/gateway.h"

/* Answers one of the three paths. Returns false, and answers nothing, for any other. */
bool probes_serve(struct gateway *gateway, struct http_request *request);

#endif
