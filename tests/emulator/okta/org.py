"""The org: people, groups, apps, clients, and the indexes over them.

Everything here is used under Org.lock.
"""
import threading
from bisect import bisect_left, insort

from . import ids, switches
from .clock import Clock
from .faults import Faults
from .limits import Limiter
from .logs import EventLog

ABSENT_FROM_LISTS = "DEPROVISIONED"


class User:
    """One person.  Times are stamps as they appear on the wire."""

    __slots__ = ("id", "status", "created", "activated", "status_changed",
                 "last_login", "last_updated", "password_changed", "profile",
                 "password", "old_passwords", "factors", "provider",
                 "recovery_question", "recovery_answer", "failures",
                 "locked_at", "password_expires", "groups", "transitioning",
                 "rendered", "blocks", "shown_status", "user_type")

    def __init__(self, user_id, login, now):
        self.id = user_id
        self.status = "ACTIVE"
        self.created = self.activated = self.status_changed = now
        self.last_updated = self.password_changed = now
        self.last_login = None
        self.profile = {"login": login}
        self.password = None
        self.old_passwords = []
        self.factors = []
        self.provider = "OKTA"
        self.recovery_question = self.recovery_answer = None
        self.failures = 0
        self.locked_at = None
        self.password_expires = None
        self.groups = []
        self.transitioning = None
        self.rendered = None
        self.blocks = None          # UNKNOWN_DEVICES or ANY_DEVICES
        self.shown_status = None    # a status that nobody knows yet
        self.user_type = None       # another one than the org's default

    @property
    def login(self):
        return self.profile["login"]

    @property
    def name(self):
        return " ".join(str(self.profile.get(k) or "")
                        for k in ("firstName", "lastName")).strip()


class Group:
    """members is a sorted list of user ids."""

    __slots__ = ("id", "type", "created", "last_updated",
                 "last_membership_updated", "profile", "object_class",
                 "members", "source")

    def __init__(self, group_id, profile, now):
        self.id = group_id
        self.type = "OKTA_GROUP"
        self.created = self.last_updated = now
        self.last_membership_updated = now
        self.profile = profile
        self.object_class = ["okta:user_group"]
        self.members = []
        self.source = None


class App:
    """users: user id -> {created, credentials, profile}; groups: ids."""

    __slots__ = ("id", "name", "label", "status", "sign_on_mode", "created",
                 "last_updated", "users", "groups", "_everybody", "_version")

    def __init__(self, app_id, label, now):
        self.id = app_id
        self.name = "oidc_client"
        self.label = label
        self.status = "ACTIVE"
        self.sign_on_mode = "OPENID_CONNECT"
        self.created = self.last_updated = now
        self.users = {}
        self.groups = []
        self._everybody = []
        self._version = -1

    def everybody(self, org):
        """Sorted ids of all who are assigned, directly or by a group."""
        if self._version != org.version:
            people = set(self.users)
            for group_id in self.groups:
                if group_id in org.groups:
                    people.update(org.groups[group_id].members)
            self._everybody = sorted(i for i in people if i in org.users)
            self._version = org.version
        return self._everybody


def has(sorted_list, item):
    at = bisect_left(sorted_list, item)
    return at < len(sorted_list) and sorted_list[at] == item


def put(sorted_list, item):
    """Insert once.  True where it was not there."""
    if has(sorted_list, item):
        return False
    insort(sorted_list, item)
    return True


def drop(sorted_list, item):
    at = bisect_left(sorted_list, item)
    if at < len(sorted_list) and sorted_list[at] == item:
        del sorted_list[at]
        return True
    return False


class Org:
    """All state.  version counts changes of who belongs to what."""

    def __init__(self):
        self.lock = threading.RLock()
        self.clock = Clock()
        self.switches = dict(switches.DEFAULTS)
        self.listen_url = ""
        self.org_id = ids.stable("00o", "emulated org")
        self.user_type = ids.stable("oty", "default")
        self.schema_id = ids.stable("osc", "default")
        self.realm_id = ids.stable("guo", "default")
        self.faults = Faults()
        self.limiter = Limiter(self.clock, self.switches)
        self.log = EventLog(self)
        self.tokens = None          # set by main: token.Tokens
        self.authn = None           # set by main: transaction.Transactions
        self.oidc = None            # set by main: oidc_logins.Logins
        self.clients = {}
        self.api_tokens = {}
        self.zones = []
        self.schema = {}
        self.clear_people()
        self.apps = {}

    def clear_people(self):
        self.users = {}
        self.user_ids = []
        self.logins = {}
        self.short_names = {}
        self.clear_groups()

    def clear_groups(self):
        self.groups = {}
        self.group_ids = []
        self.version = 0
        for user in self.users.values():
            user.groups = []

    @property
    def url(self):
        """The org's own address, as bodies show it."""
        return self.switches["org_url"] or self.listen_url

    # People

    def add_user(self, user, sort=True):
        self.users[user.id] = user
        if sort:
            put(self.user_ids, user.id)
        self._index(user)

    def _index(self, user):
        login = user.login.lower()
        self.logins[login] = user.id
        self.short_names.setdefault(login.partition("@")[0],
                                    []).append(user.id)

    def _unindex(self, user):
        login = user.login.lower()
        self.logins.pop(login, None)
        short = login.partition("@")[0]
        left = [i for i in self.short_names.get(short, ()) if i != user.id]
        if left:
            self.short_names[short] = left
        else:
            self.short_names.pop(short, None)

    def set_profile(self, user, profile):
        self._unindex(user)
        user.profile = profile
        self._index(user)
        self.changed(user)

    def find_user(self, key):
        """By id, login, or short name where only one person has it."""
        user = self.users.get(key)
        if user is None:
            key = key.lower()
            user_id = self.logins.get(key)
            if user_id is None and "@" not in key:
                several = self.short_names.get(key, ())
                user_id = several[0] if len(several) == 1 else None
            user = self.users.get(user_id)
        return user

    def changed(self, user):
        """Profile, credentials or status changed."""
        user.last_updated = self.clock.stamp()
        user.rendered = None

    def set_status(self, user, status):
        if user.status == status:
            return
        if status == ABSENT_FROM_LISTS:
            for group_id in list(user.groups):
                self.remove_member(self.groups[group_id], user, log=False)
            for app in self.apps.values():
                app.users.pop(user.id, None)
            self.version += 1
        elif user.status == ABSENT_FROM_LISTS:
            self.join_everyone(user)
        user.status = status
        user.status_changed = self.clock.stamp()
        if status in ("SUSPENDED", "DEPROVISIONED"):
            self.authn.end_sessions(user)
        if status == "LOCKED_OUT":
            user.locked_at = self.clock.now()
        else:
            user.failures = 0
            user.locked_at = None
        self.changed(user)

    def delete_user(self, user):
        self._unindex(user)
        del self.users[user.id]
        drop(self.user_ids, user.id)

    # Groups

    def add_group(self, group):
        self.groups[group.id] = group
        put(self.group_ids, group.id)
        self.version += 1

    def find_group(self, key):
        """By id, or by name where a file names it so."""
        if key in self.groups:
            return self.groups[key]
        for group in self.groups.values():
            if group.profile.get("name") == key:
                return group
        return None

    def add_member(self, group, user, log=True):
        if not put(group.members, user.id):
            return
        put(user.groups, group.id)
        self._membership(group, user, "add", "Add user to group membership",
                         log)

    def remove_member(self, group, user, log=True):
        if not drop(group.members, user.id):
            return
        drop(user.groups, group.id)
        self._membership(group, user, "remove",
                         "Remove user from group membership", log)

    def _membership(self, group, user, verb, message, log):
        group.last_membership_updated = self.clock.stamp()
        self.version += 1
        if log:
            self.log.add("group.user_membership." + verb, message, user,
                         group=group)
            for app in self.apps.values():
                if group.id in app.groups and \
                        has(app.everybody(self), user.id) == (verb == "add"):
                    self._assignment(app, user, verb)

    def assign(self, app, user):
        if user.id not in app.users:
            app.users[user.id] = {"created": self.clock.stamp(),
                                  "credentials": None, "profile": {}}
            self.version += 1
            self._assignment(app, user, "add")

    def unassign(self, app, user):
        if app.users.pop(user.id, None) is not None:
            self.version += 1
            self._assignment(app, user, "remove")

    def _assignment(self, app, user, verb):
        self.log.add("application.user_membership." + verb, "%s user %s "
                     "application membership" % (verb.title(), "to" if
                                                 verb == "add" else "from"),
                     user, app=app)

    def delete_group(self, group):
        for user_id in list(group.members):
            self.remove_member(group, self.users[user_id], log=False)
        del self.groups[group.id]
        drop(self.group_ids, group.id)
        for app in self.apps.values():
            if group.id in app.groups:
                app.groups.remove(group.id)
        self.version += 1

    def everyone(self):
        for group in self.groups.values():
            if group.type == "BUILT_IN" and \
                    group.profile.get("name") == "Everyone":
                return group
        return None

    def join_everyone(self, user):
        group = self.everyone()
        if group is not None:
            self.add_member(group, user, log=False)
