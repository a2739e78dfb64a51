"""The table of service x flow x verdict: how each service is entered, and by
whom, in a host for each family of flows (ways_flows.py). test_matrix.py walks
it; tests/run --matrix prints it."""

import dataclasses
import json
import shlex

from emulator_client import ADMIN_TOKEN
from emulator_oidc import APP, app
from logins import TALK, as_user
from private_host import TREE
from ways_flows import FIRST, FLOWS, PASSWORD, VERDICTS, Flow

SERVICES = ("sshd", "sudo", "su", "login", "pamtester", "locker")
IN = "LET-IN"  # what only a command that was let in writes
SAY_IN = "echo LET''-IN"
DEADLINE_S = 12  # of the stacks, while nobody answers

# How a person who may answer everything enters each service. {0} is talk with
# the answers, which starts the program on a terminal.
ENTER = {
    "sshd": "{0} ssh -p 2222 {3} -o NumberOfPasswordPrompts=1 {1}@127.0.0.1 " +
            shlex.quote(SAY_IN),
    "sudo": "{2}{0} sudo -k sh -c " + shlex.quote(SAY_IN),
    "su": as_user("lena") + "{0} su {1} -c " + shlex.quote(SAY_IN),
    "login": "{0} login {1}",
    "pamtester": "{0} sh -c 'pamtester matrix {1} authenticate acct_mgmt "
                 "open_session close_session && " + SAY_IN.replace("'", "") +
                 "'",
    "locker": "{2}{0} sh -c 'pamtester swaylock {1} authenticate && " +
              SAY_IN.replace("'", "") + "'",
}
BY_KEY = "-i /run/matrix/key"
BY_PROMPT = ("-o PubkeyAuthentication=no "
             "-o PreferredAuthentications=keyboard-interactive")


def has_key(family):
    return family.startswith("key")


def is_second(family):
    return family.startswith(("key", "stack"))


@dataclasses.dataclass
class Row:
    service: str
    flow: Flow
    verdict: str
    number: int

    @property
    def id(self):
        return f"{self.service}:{self.flow.name}:{self.verdict}"

    @property
    def person(self):
        return f"m{self.number:04d}"

    @property
    def never(self):
        """Why this can not be, or None."""
        return self.flow.never.get(self.service)

    @property
    def is_stalled(self):
        return self.verdict == "timed-out" and not self.flow.is_silence_enough

    def user(self):
        login = f"{self.person}@example.com"
        user = {
            "id": f"00umatrix{self.number:04d}EXAMPLE"[:20],
            "status": "ACTIVE", "password": PASSWORD + self.person,
            "factors": [], "groups": ["Linux Users"],
            "profile": {"login": login, "email": login, "firstName": "M",
                        "lastName": str(self.number)},
            **self.flow.user(self)}
        if self.verdict == "denied":
            user["status"] = self.flow.denied
        return user

    def answers(self):
        answers = [(*a, "-e")[:3] for a in
                   self.flow.talks[self.verdict](self.person)
                   if not self.never or a[1] == FIRST]
        # A refused program may ask again, or give a shell: it gets an end to
        # the one and the marker's command in the other.
        if self.service == "sudo" and self.verdict != "cancelled":
            answers.append((r"assword|press Enter here: $", "^C", "-e"))
        if self.service == "login":
            answers.append(("[$#] $", SAY_IN + "; exit", "-e")
                           if self.verdict == "right" and not self.never
                           else ("login:", "^C", "-e"))
        return answers

    def command(self):
        pairs = " ".join(f"{how} {shlex.quote(prompt)} {shlex.quote(answer)}"
                         for prompt, answer, how in self.answers())
        return ENTER[self.service].format(
            f"{TALK} -t {DEADLINE_S + 30} {pairs} --", self.person,
            as_user(self.person),
            BY_KEY if has_key(self.flow.family) else BY_PROMPT)


def rows(family=None):
    """All of the table, what can not be included."""
    table = [(s, f, v) for f in FLOWS for s in SERVICES for v in VERDICTS]
    return [row for row in (Row(s, f, v, n)
                            for n, (s, f, v) in enumerate(table))
            if family in (None, row.flow.family)]


def is_walked(row):
    """What can not be is shown where everything else would be right."""
    return row.never is None or row.verdict == "right"


def org(family):
    """The default org, with one person for each row of the family."""
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        whole = json.load(f)
    whole["users"] += [row.user() for row in rows(family) if is_walked(row)]
    # Okta's own limits are not what this is about.
    whole["switches"] = {"authn_per_second": 0, "oob_interval": 1,
                         "device_interval": 1, "otp_attempts": 1000}
    if family.endswith("factors"):
        whole["api_tokens"].append({"token": ADMIN_TOKEN,
                                    "role": "USER_ADMIN"})
        whole["switches"]["pipeline"] = "v1"
    elif not family.startswith("authn"):
        whole["clients"] = [app(policy="possession") if is_second(family)
                            else app()]
    return whole


def config(family):
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        head = f.read().partition("# alice has no")[0]
    flow, login, more = family.removesuffix("-more"), f"oidc_client_id = {APP}\n", ""
    if family.endswith("factors"):
        flow, login = "authn", "factors_api = yes\n"
        more = f"[admin]\napi_token = {ADMIN_TOKEN}\n"
    elif flow == "authn":
        login = ""
    elif is_second(family):
        flow = "device" if family.endswith("device") else "direct"
    # In the service's own section: a drop-in of the harness may have others.
    factors = "push totp token yubikey sms call email question"
    return (f"{head}\n[login]\nfailures = 9\n{login}\n[service default]\n"
            f"flow = {flow}\nfactor = okta\nfactors = {factors}\n{more}")


PREPARE = """
    useradd -m -s /bin/bash lena
    echo 'ALL ALL=(ALL:ALL) ALL' >/etc/sudoers.d/matrix
    for name in matrix swaylock; do
        for type in auth account session; do
            echo "@include common-$type"
        done >/etc/pam.d/$name
    done
    sed -i '/pam_okta/s/$/ {arguments}/' /etc/pam.d/common-auth
    mkdir /run/matrix
    ssh-keygen -q -t ed25519 -N '' -f /run/matrix/key
    {{ echo 'KbdInteractiveAuthentication yes'
      echo 'PasswordAuthentication no'
      echo 'MaxStartups 500'
      echo 'AuthorizedKeysFile /run/matrix/key.pub'
      echo 'AuthenticationMethods {methods}'
      cat /etc/ssh/sshd_config; }} >/run/matrix/config
    {first}
    /usr/sbin/sshd -f /run/matrix/config -p 2222 -o PidFile=none \\
        -E /run/matrix/log
"""
# Another module, which knows nothing of Okta: one word for everybody.
FIRST_MODULE = f"""
    printf '#!/bin/sh\\nexec grep -qzxF {FIRST}\\n' >/run/matrix/first
    chmod 755 /run/matrix /run/matrix/first
    {{ echo 'auth requisite pam_exec.so quiet expose_authtok' \\
        /run/matrix/first
      cat /etc/pam.d/common-auth; }} >/run/matrix/common-auth
    cat /run/matrix/common-auth >/etc/pam.d/common-auth
"""


def prepare(family):
    """What makes a host one of that family."""
    words = f"deadline={DEADLINE_S}"
    if is_second(family):
        words += " second_factor"
    if is_second(family) and not has_key(family):
        words += " after=stack"
    return PREPARE.format(
        arguments=words, first=FIRST_MODULE if "after" in words else "",
        methods=("publickey," if has_key(family) else "") +
        "keyboard-interactive")
