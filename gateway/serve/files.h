/* Static files, read once at the start and kept in memory: the contract for programs and its reader for people. */
#ifndef DANDELION_GATEWAY_SERVE_FILES_H
#define DANDELION_GATEWAY_SERVE_FILES_H

#include "base/err.h"
#include "gateway/http/server.h"

struct files;

/* Reads every regular file below `directory`, at most 64 MiB in all. NULL with `err` filled. */
struct files *files_load(const char *directory, struct err *err);
void files_destroy(struct files **files);

/* Answers GET and HEAD of a path that a file has ("/docs" and "/docs/" are "/docs/index.html"). Returns false, and
 * answers nothing, for any other. */
bool files_serve(const struct files *files, struct http_request *request);

#endif
