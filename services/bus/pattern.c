/* A small hash table from the address of a pattern to the compiled expression. */
#include "bus/pattern.h"

#include <pthread.h>
#include <regex.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_SIZE = 256 };

static struct slot {
    const char *pattern;
    regex_t compiled;
} table[TABLE_SIZE];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Called under the lock. */
static const regex_t *find_or_compile(const char *pattern)
{
    size_t start = (uintptr_t)pattern / 8 * 31 % TABLE_SIZE;
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        struct slot *slot = &table[(start + i) % TABLE_SIZE];
        if (slot->pattern == pattern)
            return &slot->compiled;
        if (!slot->pattern) {
            if (regcomp(&slot->compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
                return NULL;
            slot->pattern = pattern;
            return &slot->compiled;
        }
    }
    return NULL;
}

enum pattern_result pattern_match(const char *pattern, const char *text)
{
    pthread_mutex_lock(&lock);
    const regex_t *compiled = find_or_compile(pattern);
    pthread_mutex_unlock(&lock);
    if (!compiled)
        return PATTERN_UNUSABLE;
    return regexec(compiled, text, 0, NULL, 0) == 0 ? PATTERN_MATCHES : PATTERN_DIFFERS;
}
