/* W3C trace context, version 00: "00-<32 hex>-<16 hex>-<2 hex>". */
#ifndef DANDELION_BUS_TRACE_H
#define DANDELION_BUS_TRACE_H

#include <stdint.h>

enum { TRACE_TEXT_SIZE = 56, TRACE_ID_TEXT_SIZE = 33 };

struct trace {
    uint8_t trace_id[16];
    uint8_t span_id[8];
    uint8_t flags;
};

/* A new trace, not sampled. */
struct trace trace_new(void);

/* The same trace, a new span. */
struct trace trace_child(const struct trace *parent);

/* Reads a traceparent; versions above 00 are read by their first 55 characters, as the standard asks. Returns 0 or -1
 * (also for all-zero ids). */
__attribute__((warn_unused_result)) int trace_parse(const char *text, struct trace *trace);

/* Writes the traceparent. Returns `text`. */
char *trace_format(const struct trace *trace, char text[TRACE_TEXT_SIZE]);

/* Writes the 32 digits of the trace's id, as logs and problems show it. Returns `text`. */
char *trace_id_format(const struct trace *trace, char text[TRACE_ID_TEXT_SIZE]);

#endif
