#include "identity/roster/seen.h"

#include <stdlib.h>
#include <sys/random.h>

#include "errors.h"

enum { ROOM_FIRST = 1024 };

void seen_open(struct seen *seen)
{
    *seen = (struct seen){0};
    if (getrandom(&seen->seed, sizeof seen->seed, GRND_NONBLOCK) != (ssize_t)sizeof seen->seed)
        seen->seed = (uint64_t)(uintptr_t)seen; /* the address is random too */
}

void seen_close(struct seen *seen)
{
    free(seen->keys);
    free(seen->rows);
    *seen = (struct seen){0};
}

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t find(const struct seen *seen, uint64_t key)
{
    size_t at = mix(key ^ seen->seed) & (seen->room - 1);
    while (seen->keys[at] != 0 && seen->keys[at] != key)
        at = (at + 1) & (seen->room - 1);
    return at;
}

static int grow(struct seen *seen, struct err *err)
{
    struct seen old = *seen;
    seen->room = old.room == 0 ? ROOM_FIRST : old.room * 2;
    seen->keys = calloc(seen->room, sizeof *seen->keys);
    seen->rows = calloc(seen->room, sizeof *seen->rows);
    if (seen->keys == NULL || seen->rows == NULL) {
        seen_close(seen);
        *seen = old;
        return err_set(err, ERR_INTERNAL, "out of memory");
    }
    for (size_t i = 0; i < old.room; i++) {
        if (old.keys[i] == 0)
            continue;
        size_t at = find(seen, old.keys[i]);
        seen->keys[at] = old.keys[i];
        seen->rows[at] = old.rows[i];
    }
    seen_close(&old);
    return 0;
}

static uint64_t key_of(const struct id_number *number)
{
    uint64_t key = 0;
    for (int i = 0; i < ID_NUMBER_LENGTH - 1; i++)
        key = key * 10 + (uint64_t)(number->text[i] - '0');
    return key; /* not 0: no region begins with 0 */
}

int seen_add(struct seen *seen, const struct id_number *number, uint32_t row, uint32_t *first, struct err *err)
{
    if (seen->count >= seen->room / 4 * 3 && grow(seen, err) != 0)
        return -1;
    uint64_t key = key_of(number);
    size_t at = find(seen, key);
    *first = seen->keys[at] == key ? seen->rows[at] : 0;
    if (*first == 0) {
        seen->keys[at] = key;
        seen->rows[at] = row;
        seen->count++;
    }
    return 0;
}
