/* getrandom in blocks: a system call per id shows in the payment path. */
#include "base/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BLOCK = 256 };

/* Once the kernel's pool is ready getrandom fails for no reason but a signal. */
static void fetch(uint8_t *bytes, size_t size)
{
    while (size) {
        ssize_t got = getrandom(bytes, size, 0);
        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            bytes += got;
            size -= (size_t)got;
        }
    }
}

void random_fill(void *bytes, size_t size)
{
    static _Thread_local uint8_t block[BLOCK];
    static _Thread_local size_t used = BLOCK;
    if (size > BLOCK) {
        fetch(bytes, size);
        return;
    }
    if (used + size > BLOCK) {
        fetch(block, BLOCK);
        used = 0;
    }
    memcpy(bytes, block + used, size);
    memset(block + used, 0, size);
    used += size;
}
