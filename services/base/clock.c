/* Time and the civil calendar. Days from and to a civil date follow Howard Hinnant's algorithms: years begin in March,
 * eras have 400 years. Shanghai has kept UTC+8 without summer time since 1991, and that offset is applied to all
 * instants: no instant of the domain is older (birth dates and joining dates are civil dates to begin with). */
#include "base/clock.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SHANGHAI_OFFSET_MS = 8 * 3600 * 1000, DAYS_PER_ERA = 146097, EPOCH_DAY_OF_ERA_ZERO = 719468 };

static const int64_t ms_per_day = INT64_C(86400000);
static const volatile int64_t *shared_offset;

int clock_share(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_LOCAL, "clock file %s: %s", path, strerror(errno));
    struct stat status;
    if (fstat(fd, &status) < 0 || status.st_size < (off_t)sizeof(int64_t)) {
        close(fd);
        return err_set(err, ERR_LOCAL, "clock file %s: it must hold eight bytes", path);
    }
    void *map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    int reason = errno;
    close(fd);
    if (map == MAP_FAILED)
        return err_set(err, ERR_LOCAL, "clock file %s: %s", path, strerror(reason));
    if (shared_offset)
        munmap((void *)(uintptr_t)shared_offset, sizeof(int64_t));
    shared_offset = map;
    return 0;
}

int64_t clock_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t offset = shared_offset ? (int64_t)le64toh((uint64_t)*shared_offset) : 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + offset;
}

int64_t clock_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

int32_t clock_date_of(int64_t unix_ms)
{
    return (int32_t)floor_div(unix_ms + SHANGHAI_OFFSET_MS, ms_per_day);
}

int32_t clock_date_from(int year, int month, int day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return CLOCK_NO_DATE;
    int shifted = month <= 2 ? year - 1 : year;
    int era = shifted / 400, year_of_era = shifted % 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_DAY_OF_ERA_ZERO;
}

void clock_date_split(int32_t date, int *year, int *month, int *day)
{
    int64_t days = (int64_t)date + EPOCH_DAY_OF_ERA_ZERO;
    int64_t era = floor_div(days, DAYS_PER_ERA);
    int day_of_era = (int)(days - era * DAYS_PER_ERA);
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (DAYS_PER_ERA - 1)) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int march_month = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * march_month + 2) / 5 + 1;
    *month = march_month < 10 ? march_month + 3 : march_month - 9;
    *year = (int)(era * 400) + year_of_era + (*month <= 2);
}

int32_t clock_month_of(int32_t date)
{
    int year, month, day;
    clock_date_split(date, &year, &month, &day);
    return clock_month_from(year, month);
}

int32_t clock_month_from(int year, int month)
{
    return year * 12 + month - 1;
}

int32_t clock_date_add_months(int32_t date, int months)
{
    int year, month, day;
    clock_date_split(date, &year, &month, &day);
    int64_t target = (int64_t)clock_month_from(year, month) + months;
    if (target < 12 || target >= 120000)
        return CLOCK_NO_DATE;
    year = (int)(target / 12);
    month = (int)(target % 12) + 1;
    int last = days_in_month(year, month);
    return clock_date_from(year, month, day < last ? day : last);
}

/* Reads exactly `count` decimal digits and moves *at behind them; -1 if there are none such. */
static int digits(const char **at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    *at += count;
    return value;
}

static bool skip(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

/* Reads "2026-11" and moves *at behind it. */
static bool read_month(const char **at, int *year, int *month)
{
    return (*year = digits(at, 4)) > 0 && skip(at, '-') && (*month = digits(at, 2)) > 0 && *month <= 12;
}

static int32_t read_date(const char **at)
{
    int year, month, day;
    if (!read_month(at, &year, &month) || !skip(at, '-') || (day = digits(at, 2)) < 0)
        return CLOCK_NO_DATE;
    return clock_date_from(year, month, day);
}

int clock_date_parse(const char *text, int32_t *date)
{
    int32_t result = read_date(&text);
    if (result == CLOCK_NO_DATE || *text)
        return -1;
    *date = result;
    return 0;
}

int clock_month_parse(const char *text, int32_t *month)
{
    int year, number;
    if (!read_month(&text, &year, &number) || *text)
        return -1;
    *month = clock_month_from(year, number);
    return 0;
}

/* Reads ".123456" if there is one; digits past the third are dropped. Returns milliseconds or -1. */
static int read_fraction(const char **at)
{
    if (!skip(at, '.'))
        return 0;
    int value = 0, count = 0;
    for (; **at >= '0' && **at <= '9'; ++*at, ++count)
        if (count < 3)
            value = value * 10 + (**at - '0');
    if (count == 0 || count > 9)
        return -1;
    for (; count < 3; count++)
        value *= 10;
    return value;
}

/* Reads "Z" or "+08:00" into minutes east of UTC. */
static bool read_offset(const char **at, int *minutes)
{
    *minutes = 0;
    if (skip(at, 'Z'))
        return true;
    int sign = skip(at, '+') ? 1 : skip(at, '-') ? -1 : 0;
    if (sign == 0)
        return false;
    int hour = digits(at, 2);
    if (hour < 0 || hour > 23 || !skip(at, ':'))
        return false;
    int minute = digits(at, 2);
    *minutes = sign * (hour * 60 + minute);
    return minute >= 0 && minute <= 59;
}

int clock_instant_parse(const char *text, int64_t *unix_ms)
{
    int hour, minute, second, offset;
    int32_t date = read_date(&text);
    if (date == CLOCK_NO_DATE || !skip(&text, 'T') || (hour = digits(&text, 2)) < 0 || hour > 23 || !skip(&text, ':') ||
        (minute = digits(&text, 2)) < 0 || minute > 59 || !skip(&text, ':') || (second = digits(&text, 2)) < 0 ||
        second > 59)
        return -1;
    int ms = read_fraction(&text);
    if (ms < 0 || !read_offset(&text, &offset) || *text)
        return -1;
    *unix_ms = date * ms_per_day + ((hour * 60 + minute - offset) * INT64_C(60) + second) * 1000 + ms;
    return 0;
}

/* Writes `count` digits of a value that has no more; what lies outside is cut to its last digits. */
static char *put_digits(char *at, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + count;
}

char *clock_date_format(int32_t date, char text[CLOCK_DATE_SIZE])
{
    int year, month, day;
    clock_date_split(date, &year, &month, &day);
    char *at = put_digits(text, year, 4);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    *put_digits(at, day, 2) = '\0';
    return text;
}

char *clock_month_format(int32_t month, char text[CLOCK_MONTH_SIZE])
{
    char *at = put_digits(text, month / 12, 4);
    *at++ = '-';
    *put_digits(at, month % 12 + 1, 2) = '\0';
    return text;
}

char *clock_instant_format(int64_t unix_ms, char text[CLOCK_INSTANT_SIZE])
{
    int64_t date = floor_div(unix_ms, ms_per_day);
    int ms = (int)(unix_ms - date * ms_per_day);
    clock_date_format((int32_t)date, text);
    char *at = text + CLOCK_DATE_SIZE - 1;
    *at++ = 'T';
    at = put_digits(at, ms / 3600000, 2);
    *at++ = ':';
    at = put_digits(at, ms / 60000 % 60, 2);
    *at++ = ':';
    at = put_digits(at, ms / 1000 % 60, 2);
    *at++ = '.';
    at = put_digits(at, ms % 1000, 3);
    *at++ = 'Z';
    *at = '\0';
    return text;
}
