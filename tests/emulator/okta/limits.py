"""Rate limits: a fixed window of 60 s per bucket, and per-user throttles.

Reference: okta-api.md, 8.6.  Each token or app gets rate_share percent of a
bucket; all together share the bucket itself.
"""
PLANS = ("integrator", "one_app", "enterprise", "workforce")

BUCKETS = {
    "authn": (100, 600, 600, 500),
    "verify": (100, 600, 600, 500),
    "sessions": (100, 600, 600, 750),
    "oauth2": (300, 1200, 1200, 2000),
    "users": (100, 600, 600, 600),
    "user": (100, 1000, 1000, 2000),
    "users_write": (100, 600, 600, 600),
    "groups": (100, 600, 600, 500),
    "group": (100, 600, 600, 1000),
    "apps": (20, 100, 100, 100),
    "app": (100, 600, 600, 500),
    "logs": (20, 50, 50, 120),
    "other": (100, 600, 600, 1200),
}

# With rate_limits "none" answers still count down, from here, and begin
# anew instead of refusing.
UNLIMITED = 100000
WINDOW = 60


class Window:
    __slots__ = ("ends", "used")

    def __init__(self, ends):
        self.ends = ends
        self.used = 0


class Limiter:
    """Callers hold the org's lock."""

    def __init__(self, clock, switches):
        self._clock = clock
        self._switches = switches
        self.clear()

    def clear(self):
        self._windows = {}
        self._attempts = {}

    def _size(self, bucket):
        own = self._switches["rate_buckets"].get(bucket)
        if own is not None:
            return own
        plan = self._switches["rate_limits"]
        if plan in PLANS:
            return BUCKETS[bucket][PLANS.index(plan)]
        return None

    def _window(self, key, now):
        window = self._windows.get(key)
        if window is None or now >= window.ends or \
                window.ends - now > WINDOW + 1:
            if len(self._windows) > 4096:
                self._windows.clear()
            window = self._windows[key] = Window(int(now) + WINDOW)
        return window

    def count(self, bucket, caller):
        """Count one request.  (allowed, limit, remaining, reset)."""
        now = self._clock.now()
        size = self._size(bucket)
        mine = self._window((bucket, caller.key), now)
        mine.used += 1
        if size is None:
            return (True, UNLIMITED, UNLIMITED - mine.used % UNLIMITED,
                    mine.ends)
        share = size
        if caller.has_share:
            share = max(1, size * int(self._switches["rate_share"]) // 100)
        whole = self._window((bucket, None), now)
        whole.used += 1
        left = min(share - mine.used, size - whole.used)
        return left >= 0, share, max(0, left), mine.ends

    def attempt(self, name):
        """Count one login attempt for a name: False beyond n a second."""
        most = self._switches["authn_per_second"]
        if not most:
            return True
        now = self._clock.now()
        recent = [t for t in self._attempts.get(name, ())
                  if 0 <= now - t < 1.0]
        if len(recent) >= most:
            self._attempts[name] = recent
            return False
        if len(self._attempts) > 4096:
            self._attempts.clear()
        self._attempts[name] = recent + [now]
        return True
