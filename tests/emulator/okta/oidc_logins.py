"""Logins of people under way: mfa_token, oob_code, device_code.

Reference: okta-api.md, 3.2 to 3.5.  Each code belongs to the client, the
authorization server and the scope it was made for, and works once.
"""
from . import ids
from .errors import OAuthRefusal

LIFE_S = 300
DEVICE_S = 600
KEPT = 20000
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class Begun:
    """What any of the codes stands for."""

    def __init__(self, client, server, scope, expires):
        self.client_id = client["client_id"]
        self.server = server
        self.scope = scope
        self.expires = expires
        self.user = None
        self.methods = []       # proven so far
        self.interval = 5
        self.polled = None      # when last
        # out of band
        self.channel = self.factor = self.binding = self.binding_code = None
        self.mfa_token = None   # the login that /challenge belongs to
        # by device
        self.user_code = None
        self.answer = None      # approve or deny
        self.amr = []


class Logins:
    """All codes of an org, used under its lock."""

    def __init__(self, org):
        self._org = org
        self.clear()

    def clear(self):
        self.mfa, self.oob, self.device = {}, {}, {}
        self.pushes = {}        # transactions of the Factors API
        self._otp = {}

    def _keep(self, kept, code, begun):
        while len(kept) >= KEPT:
            kept.pop(next(iter(kept)))
        kept[code] = begun
        return code

    def begin(self, client, server, scope, life=LIFE_S):
        return Begun(client, server, scope, self._org.clock.now() + life)

    def add_mfa(self, begun):
        return self._keep(self.mfa, ids.opaque("", 20), begun)

    def add_oob(self, begun):
        return self._keep(self.oob, ids.opaque("ft", 42), begun)

    def add_device(self, begun):
        n = int.from_bytes(bytes.fromhex(ids.request_id()), "big")
        code = ""
        while len(code) < 8:
            n, r = divmod(n, len(_LETTERS))
            code += _LETTERS[r]
        begun.user_code = code
        h = ids.request_id()
        return self._keep(self.device, "-".join(
            (h[:8], h[8:12], h[12:16], h[16:20], h[20:])), begun)

    def by_user_code(self, code):
        for begun in self.device.values():
            if begun.user_code == code:
                return begun
        return None

    def find(self, kept, code, client, server):
        """The login of a code, or None.  OAuthRefusal for another's."""
        begun = kept.get(code)
        if begun is None:
            return None
        if begun.client_id != client["client_id"]:
            raise OAuthRefusal(401, "invalid_client", "The client is not the "
                               "one that began this sign-in.")
        if begun.server != server:
            raise OAuthRefusal(400, "invalid_request", "The authorization "
                               "server is not the one that began this "
                               "sign-in.")
        return begun

    def is_over(self, begun):
        return self._org.clock.now() >= begun.expires

    def is_too_fast(self, begun):
        """Notes a poll; a fast one makes the interval longer (RFC 8628,
        3.5)."""
        now = self._org.clock.now()
        last, begun.polled = begun.polled, now
        if last is None or now - last >= begun.interval - 0.25:
            return False
        begun.interval += 5
        return True

    def may_try_otp(self, user):
        """Five in five minutes (okta-api.md, 8.6)."""
        now = self._org.clock.now()
        recent = [t for t in self._otp.get(user.id, ()) if 0 <= now - t < 300]
        if len(recent) >= self._org.switches["otp_attempts"]:
            self._otp[user.id] = recent
            return False
        self._otp[user.id] = recent + [now]
        return True
