#include "identity/roster/decimal.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum {
    EXPONENT_MAX = 400,
    TEXT_MAX = 400,
    PLAIN_DIGITS_MAX = 40,
    FALSE_LEAP_DAY = 60,      /* 1900-02-29, which a spreadsheet of 1983 believed in */
    SERIAL_MAX = 2958465,     /* 9999-12-31 */
    DAYS_1900_EPOCH = -25569, /* 1899-12-30 */
    DAYS_1904_EPOCH = -24107, /* 1904-01-01 */
    DAY_SECONDS = 86400,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Rounds to DECIMAL_DIGITS and takes trailing zeros off. */
static void settle(struct decimal *decimal, int kept, bool up)
{
    if (kept >= DECIMAL_DIGITS && up)
        decimal->digits++;
    while (decimal->digits != 0 && decimal->digits % 10 == 0) {
        decimal->digits /= 10;
        decimal->exponent++;
    }
    if (decimal->digits == 0)
        *decimal = (struct decimal){0};
}

/* Reads the digits around the point; returns the place after them, or NULL when there are none. */
static const char *read_mantissa(const char *at, struct decimal *decimal)
{
    bool point = false;
    bool any = false;
    bool up = false;
    int kept = 0; /* significant digits so far */
    for (; is_digit(*at) || (*at == '.' && !point); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        any = true;
        int digit = *at - '0';
        if (kept < DECIMAL_DIGITS) {
            decimal->digits = decimal->digits * 10 + digit;
            kept += decimal->digits != 0;
            decimal->exponent -= point;
        } else {
            if (kept == DECIMAL_DIGITS)
                up = digit >= 5;
            kept++;
            decimal->exponent += !point;
        }
    }
    settle(decimal, kept, up);
    return any ? at : NULL;
}

bool decimal_parse(const char *text, struct decimal *out)
{
    struct decimal decimal = {0};
    const char *at = text;
    if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
        return false;
    bool negative = *at == '-';
    at += *at == '-' || *at == '+';
    at = read_mantissa(at, &decimal);
    if (at == NULL)
        return false;
    if (*at == 'e' || *at == 'E') {
        at++;
        bool minus = *at == '-';
        at += *at == '-' || *at == '+';
        if (!is_digit(*at))
            return false;
        int exponent = 0;
        for (; is_digit(*at); at++)
            exponent = exponent < EXPONENT_MAX ? exponent * 10 + (*at - '0') : exponent;
        if (decimal.digits != 0)
            decimal.exponent += minus ? -exponent : exponent;
    }
    if (*at != '\0')
        return false;
    decimal.negative = negative && decimal.digits != 0;
    *out = decimal;
    return true;
}

bool decimal_plain(const struct decimal *decimal, char text[DECIMAL_PLAIN_SIZE])
{
    char digits[DECIMAL_PLAIN_SIZE];
    int count = snprintf(digits, sizeof digits, "%lld", (long long)decimal->digits);
    int whole = count + decimal->exponent; /* digits before the point; may be negative */
    int zeros = whole < 0 ? -whole : 0;
    if (whole > PLAIN_DIGITS_MAX || count + zeros > PLAIN_DIGITS_MAX)
        return false;
    size_t at = 0;
    if (decimal->negative)
        text[at++] = '-';
    if (whole <= 0)
        text[at++] = '0';
    for (int i = 0; i < whole; i++)
        text[at++] = i < count ? digits[i] : '0';
    if (decimal->exponent < 0) {
        text[at++] = '.';
        for (int i = 0; i < zeros; i++)
            text[at++] = '0';
        for (int i = whole > 0 ? whole : 0; i < count; i++)
            text[at++] = digits[i];
    }
    text[at] = '\0';
    return true;
}

bool decimal_scaled(const struct decimal *decimal, int places, int64_t *scaled)
{
    int64_t value = decimal->digits;
    int exponent = decimal->exponent + places;
    if (exponent < 0) /* digits does not end in 0 */
        return false;
    for (; value != 0 && exponent > 0; exponent--)
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    *scaled = decimal->negative ? -value : value;
    return true;
}

/* Splits a number that is not negative into whole days and the seconds of the day, rounded. */
static bool split_days(const struct decimal *serial, int64_t *days, int64_t *seconds)
{
    int64_t unit = 1; /* fractions of a day in one day */
    if (serial->exponent < -DECIMAL_DIGITS)
        return false;
    for (int i = serial->exponent; i < 0; i++)
        unit *= 10;
    if (unit == 1) {
        *seconds = 0;
        return decimal_scaled(serial, 0, days);
    }
    *days = serial->digits / unit;
    __int128 rest = (__int128)(serial->digits % unit) * DAY_SECONDS;
    *seconds = (int64_t)((rest * 2 + unit) / ((__int128)unit * 2));
    if (*seconds == DAY_SECONDS) {
        *seconds = 0;
        (*days)++;
    }
    return true;
}

bool serial_date(const struct decimal *serial, bool epoch_1904, char text[SERIAL_TEXT_SIZE])
{
    int64_t days;
    int64_t seconds;
    if (serial->negative || !split_days(serial, &days, &seconds) || days > SERIAL_MAX)
        return false;
    if (!epoch_1904 && (days == 0 || days == FALSE_LEAP_DAY))
        return false;
    int32_t epoch = epoch_1904 ? DAYS_1904_EPOCH : DAYS_1900_EPOCH + (days < FALSE_LEAP_DAY ? 1 : 0);
    int year;
    int month;
    int day;
    clock_date_split(epoch + (int32_t)days, &year, &month, &day);
    if (year > 9999)
        return false;
    int length = snprintf(text, SERIAL_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                          (unsigned)day % 100);
    if (seconds > 0)
        snprintf(text + length, SERIAL_TEXT_SIZE - (size_t)length, " %02u:%02u:%02u", (unsigned)(seconds / 3600) % 100,
                 (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
    return true;
}
