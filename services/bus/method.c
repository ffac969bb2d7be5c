/* Finds a method in the generated table. */
#include "bus/method.h"

#include <stdlib.h>
#include <string.h>

static int compare_name(const void *name, const void *method)
{
    return strcmp(name, ((const struct method *)method)->name);
}

const struct method *method_find(const struct method *methods, size_t count, const char *name)
{
    return bsearch(name, methods, count, sizeof *methods, compare_name);
}
