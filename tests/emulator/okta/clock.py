"""The org's clock: the machine's, plus an offset that tests may set."""
import re
import time
from datetime import datetime, timezone

_STAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
    r"(Z|[+-]\d\d:?\d\d)?)?\Z")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
           "Oct", "Nov", "Dec")


class Clock:
    """Seconds since the epoch as the org sees them."""

    def __init__(self):
        self.offset = 0.0

    def now(self):
        return time.time() + self.offset

    def stamp(self, ahead=0):
        return stamp(self.now() + ahead)


def stamp(seconds):
    """Okta's date form: YYYY-MM-DDThh:mm:ss.SSSZ, UTC."""
    whole = int(seconds // 1)
    t = time.gmtime(whole)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        t[0], t[1], t[2], t[3], t[4], t[5], int((seconds - whole) * 1000))


def parse(text):
    """Seconds of an ISO 8601 date, or None where it is not one."""
    m = _STAMP.match(text) if isinstance(text, str) else None
    if m is None:
        return None
    year, month, day, hour, minute, second, part, zone = m.groups()
    try:
        t = datetime(int(year), int(month), int(day), int(hour or 0),
                     int(minute or 0), int(second or 0), tzinfo=timezone.utc)
    except ValueError:
        return None
    seconds = t.timestamp() + (float("0." + part) if part else 0.0)
    if zone and zone != "Z":
        away = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        seconds += away if zone[0] == "-" else -away
    return seconds


def http_date(seconds):
    """RFC 9110, 5.6.7, whatever the locale."""
    t = time.gmtime(seconds)
    return "%s, %02d %s %04d %02d:%02d:%02d GMT" % (
        _DAYS[t.tm_wday], t.tm_mday, _MONTHS[t.tm_mon - 1], t.tm_year,
        t.tm_hour, t.tm_min, t.tm_sec)
