/* Version 7 UUIDs: 48 bits of milliseconds, 12 bits that count within the millisecond (RFC 9562, method 1), 62 random
 * bits. */
#include "base/uuid.h"

#include <string.h>

#include "base/hex.h"
#include "base/random.h"

enum { COUNTER_MASK = 0xfff };

static void time_put(struct uuid *uuid, uint64_t unix_ms)
{
    for (int i = 0; i < 6; i++)
        uuid->bytes[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
}

struct uuid uuid_new(int64_t unix_ms)
{
    static _Thread_local uint64_t last_ms;
    static _Thread_local uint32_t counter;
    uint8_t random[2];
    struct uuid uuid;
    random_fill(random, sizeof random);
    random_fill(uuid.bytes + 8, 8);
    uint64_t now = unix_ms > 0 ? (uint64_t)unix_ms : 0;
    if (now > last_ms) {
        last_ms = now;
        counter = (uint32_t)(random[0] << 8 | random[1]) & (COUNTER_MASK >> 1);
    } else if (++counter > COUNTER_MASK) {
        last_ms++; /* more than the counter holds in one millisecond: borrow from the next */
        counter = 0;
    }
    time_put(&uuid, last_ms);
    uuid.bytes[6] = (uint8_t)(0x70 | counter >> 8);
    uuid.bytes[7] = (uint8_t)counter;
    uuid.bytes[8] = (uint8_t)(0x80 | (uuid.bytes[8] & 0x3f));
    return uuid;
}

struct uuid uuid_first(int64_t unix_ms)
{
    struct uuid uuid = {.bytes = {[6] = 0x70, [8] = 0x80}};
    time_put(&uuid, unix_ms > 0 ? (uint64_t)unix_ms : 0);
    return uuid;
}

static bool hyphen_at(int i)
{
    return i == 4 || i == 6 || i == 8 || i == 10;
}

int uuid_parse(const char *text, struct uuid *uuid)
{
    struct uuid result;
    for (int i = 0; i < 16; i++) {
        if (hyphen_at(i) && *text++ != '-')
            return -1;
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return -1;
        result.bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text)
        return -1;
    *uuid = result;
    return 0;
}

char *uuid_format(const struct uuid *uuid, char text[UUID_TEXT_SIZE])
{
    char *at = text;
    for (int i = 0; i < 16; i++) {
        if (hyphen_at(i))
            *at++ = '-';
        hex_encode(&uuid->bytes[i], 1, at);
        at += 2;
    }
    *at = '\0';
    return text;
}

bool uuid_is_none(const struct uuid *uuid)
{
    static const struct uuid none;
    return uuid_equal(uuid, &none);
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
