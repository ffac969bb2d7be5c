/* Parameters of header fields, as in `form-data; name="file"` (RFC 9110, 5.6.6). Internal to this folder. */
#ifndef DANDELION_GATEWAY_HTTP_PARAMETER_H
#define DANDELION_GATEWAY_HTTP_PARAMETER_H

enum { PARAMETER_NAME_SIZE = 32, PARAMETER_VALUE_SIZE = 1024 };

struct parameter {
    char name[PARAMETER_NAME_SIZE]; /* lower case */
    char value[PARAMETER_VALUE_SIZE];
};

/* Reads `;name=token` or `;name="quoted"` at *at and moves *at behind it. In quotes \" and \\ are escapes; any other
 * backslash stands for itself, as in a path from Windows. Returns 1, 0 at the end of the text, or -1 when it is
 * malformed or too long. */
int parameter_read(const char **at, struct parameter *parameter);

#endif
