#include "dandelionctl/rpc.h"

#include <stdlib.h>
#include <string.h>

static int compare_name(const void *name, const void *rpc)
{
    return strcmp(name, ((const struct rpc *)rpc)->name);
}

const struct rpc *rpc_find(const char *name)
{
    return bsearch(name, rpcs, rpcs_count, sizeof *rpcs, compare_name);
}
