/* Structured logs: one logfmt line per event on standard error.
 *
 * Library code (base, bus, store) returns errors and does not log; the edge logs once. Never log a sensitive value. */
#ifndef DANDELION_BASE_LOG_H
#define DANDELION_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Names the process in every line; lines above `level` are dropped. Strings must outlive the process. */
void log_open(const char *service, enum log_level level);

/* `event` is a short fixed phrase ("request", "database lost"); `fields` is a printf format that yields
 * key=value pairs; log_quoted makes a value safe. */
__attribute__((format(printf, 3, 4))) void log_line(enum log_level level, const char *event, const char *fields, ...);

/* A value in quotes with quotes, backslashes and control characters escaped, in one of four rotating buffers of
 * 256 bytes: use within one log_line. */
const char *log_quoted(const char *value);

int log_level_parse(const char *name, enum log_level *level);

#endif
