"""Months as integers, year * 12 + (month - 1), and the two years that the demonstration street has lived through."""

import datetime

YEARS_OF_DUES = 2
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def of(day):
    return day.year * 12 + day.month - 1


def text(month):
    return f"{month // 12:04}-{month % 12 + 1:02}"


def year(month):
    return month // 12


def day(month, number):
    return datetime.date(month // 12, month % 12 + 1, number)


def last_of_quarter(month):
    return month % 3 == 2


def today():
    return datetime.datetime.now(SHANGHAI).date()


def lived(today):
    """The months of dues: two years that end with the month before today's."""
    return list(range(of(today) - 12 * YEARS_OF_DUES, of(today)))


def later(date, count):
    """The date some months later; a missing day becomes the last day of the month."""
    month = of(date) + count
    following = day(month + 1, 1)
    return min(following - datetime.timedelta(days=1), day(month, 1) + datetime.timedelta(days=date.day - 1))
