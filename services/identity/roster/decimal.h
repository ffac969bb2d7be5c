/* Numbers as a spreadsheet shows them, in integers: money never passes through a floating number. */
#ifndef DANDELION_ROSTER_DECIMAL_H
#define DANDELION_ROSTER_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DECIMAL_DIGITS = 15, /* significant digits that a spreadsheet keeps */
    DECIMAL_PLAIN_SIZE = 48,
    SERIAL_TEXT_SIZE = 20
};

/* digits × 10^exponent; digits has at most DECIMAL_DIGITS digits and does not end in 0, unless it is 0. */
struct decimal {
    bool negative;
    int64_t digits;
    int exponent;
};

/* Reads "4500", "-4500.10", "4500.1000000000004", "1.38E+10". More than 15 significant digits are rounded half up,
 * which undoes what binary floating point adds: 4500.1000000000004 is 4500.1. Returns false for anything else. */
bool decimal_parse(const char *text, struct decimal *decimal);

/* Without an exponent: "13800138000", "0.05". Returns false if it would have more than 40 digits. */
bool decimal_plain(const struct decimal *decimal, char text[DECIMAL_PLAIN_SIZE]);

/* The number times 10^places, if that is a whole number of an int64_t. */
bool decimal_scaled(const struct decimal *decimal, int places, int64_t *scaled);

/* A spreadsheet's date number as "1987-05-01", with " 08:30:00" when it has a time of day. Day 1 is 1900-01-01, or day
 * 0 is 1904-01-01; day 60 of the first, which would be 1900-02-29, is no date. Returns false for what is no date. */
bool serial_date(const struct decimal *serial, bool epoch_1904, char text[SERIAL_TEXT_SIZE]);

#endif
