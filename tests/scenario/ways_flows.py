"""How each flow is talked through, by verdict, and what its people have; a row
of ways_in.py is one of them at one service. Kinds of factors share their words;
a family shares its first proof, its host and its configuration."""

import base64
import dataclasses
import hashlib
import hmac
import struct
import time

VERDICTS = ("right", "wrong", "denied", "timed-out", "cancelled",
            "unreachable")
PASSWORD = "Matrix-Horse-7-"  # and the name
FIRST = "first-proof-of-another-module"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEVER_LOCKER = {"locker": "a first proof is believed of root's programs only"}
NEVER_BUT_SSHD = dict.fromkeys(
    ("sudo", "su", "login", "pamtester", "locker"),
    "only sshd vouches for a key")


@dataclasses.dataclass
class Flow:
    """One way a login can go. `talks` are the answers at the prompts, by
    verdict and name (a third word "-x": a script of tests/host/talk); `user`
    the fields of its people that differ from a person without factors; `phone`
    what a person's phone answers, by verdict."""
    name: str
    talks: dict
    user: object = lambda row: {}
    phone: dict = dataclasses.field(default_factory=dict)
    # Nobody answers, and Okta is well: else Okta answers nothing.
    is_silence_enough: bool = False
    family: str = ""
    # Services that can not be entered so, and why: all of it is denied there.
    never: dict = dataclasses.field(default_factory=dict)
    denied: str = "LOCKED_OUT"  # a status in Okta that is refused


def code():
    """The six digits of now (RFC 6238)."""
    digest = hmac.new(base64.b32decode(SECRET),
                      struct.pack(">Q", int(time.time() // 30)),
                      hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff
    return f"{number % 1000000:06d}"


def password(name):
    return [("assword", PASSWORD + name)]


def stack(name):
    return [("assword", FIRST)]


def key(name):
    return []


class Way:
    """The first proof of a family, where Okta judges it by itself and where
    the person is asked before Okta is."""

    def __init__(self, first, choice="", is_first_okta=False, is_list=False):
        self.first = first
        self.choice = choice  # the prompt at which a factor is chosen, or ""
        self.is_first_okta = is_first_okta
        self.is_list = is_list  # Okta is asked for the factors at first

    def until(self, word):
        """To the factor that is called so."""
        pairs = [(self.choice, word)] if self.choice else []
        return lambda name: self.first(name) + pairs

    def to_okta(self, whole):
        """What can be said until Okta is asked for the first time."""
        return self.first if self.is_first_okta else whole

    def by_code(self, word, prompt, right, wrong, times=3, is_sent=False,
                more=()):
        """One answer, so many times where it is wrong. `more` is asked when
        it was right."""
        until = self.until(word)

        def whole(name):
            return until(name) + [(prompt, *right(name)), *more]
        asked = self.to_okta(until if is_sent else whole)

        def guess(name):
            return until(name) + [(prompt, wrong)] * times
        return {"right": whole, "wrong": guess, "timed-out": asked,
                # Okta does not tell that it has sent nothing.
                "denied": self.to_okta(guess if is_sent else whole),
                "cancelled": lambda name: until(name) + [(prompt, "^C")],
                "unreachable": self.first if self.is_list else asked}

    def by_phone(self, word, prompt=""):
        """Nothing is asked while the phone is waited for, but Enter behind a
        number that is shown; else the line end behind the last answer is what
        shows that the wait has begun."""
        until = self.until(word)

        def shown(name):
            return until(name) + ([(prompt, "")] if prompt else [])
        return {"right": shown, "wrong": shown, "timed-out": shown,
                "denied": self.to_okta(shown),
                "cancelled": lambda name: until(name) + [(prompt or "\n",
                                                          "^C")],
                "unreachable": self.first if self.is_list
                else self.to_okta(until)}


def factor(kind, **more):
    return lambda row: {"factors": [
        {"factorType": kind, "id": f"opf{row.person}", **more}]}


def sent(name):
    """The code that Okta has sent to this person."""
    return ("curl -sf ${OKTA_CONTROL%/}/org | /usr/bin/python3 -c 'import "
            "json, sys; print([f[\"sent\"] for u in json.load(sys.stdin)"
            f"[\"users\"] for f in u[\"factors\"] if f[\"id\"] == "
            f"\"opf{name}\"][0])'", "-x")


def now(name):
    return (code(),)


CODE = r"[Cc]ode[^\n]*: $"
TOTP = factor("token:software:totp", provider="OKTA", secret=SECRET)
PHONE = {"right": "approve", "wrong": "reject", "denied": "approve"}
YUBIKEY = "cccccccbcdef"


def totp(way, times=3):
    return Flow("totp", way.by_code("totp", CODE, now, "000000", times), TOTP)


def push(way, prompt=""):
    return Flow("push", way.by_phone("push", prompt), factor("push"), PHONE,
                True)


def message(way, kind, times=3):
    """A code that is sent by text message, call or mail."""
    return Flow(kind, way.by_code(kind, CODE, sent, "000000", times, True),
                factor(kind))


def password_flows():
    """After an accepted password: what /api/v1/authn asks for."""
    way = Way(password, is_first_okta=True)

    def typed(prompt, right, wrong, more=()):
        return way.by_code("", prompt, lambda name: (right,), wrong,
                           more=more)
    alone = {**dict.fromkeys(VERDICTS, password),
             "wrong": lambda name: [("assword", "guess")],
             "cancelled": lambda name: [("assword", "^C")]}
    new = "Another-Donkey-8"
    change = {**way.by_code("", "New password: $", lambda name: (new,), "",
                            more=[("New password again: $", new)]),
              # Nothing that the policy takes.
              "wrong": lambda name: password(name) + [
                  ("New password: $", "short"),
                  ("New password again: $", "short")] * 3}
    return [
        Flow("password", alone), totp(way), push(way),
        Flow("google", way.by_code("", "Google[^\n]*: $", now, "000000"),
             factor("token:software:totp", provider="GOOGLE",
                    secret=SECRET)),
        message(way, "sms"), message(way, "call"), message(way, "email"),
        Flow("yubikey", typed("Touch your YubiKey: $", YUBIKEY + "c" * 32,
                              YUBIKEY + "x"),
             factor("token:hardware", provider="YUBICO", public_id=YUBIKEY)),
        # Its server wants to know more than the code (409).
        Flow("rsa", typed("RSA SecurID passcode: $", "1234567890", "0987",
                          more=[("next tokencode[^$]*: $", "778899")]),
             factor("token", provider="RSA", passcode="1234567890", prompts=[
                 {"prompt": "Enter the next tokencode",
                  "answer": "778899"}])),
        Flow("symantec", typed("Symantec VIP code: $", "123321", "000000"),
             factor("token", provider="SYMANTEC", passcode="123321")),
        Flow("question", typed(r"\? $", "turnips", "beans"),
             factor("question", answer="turnips")),
        Flow("expired", change, lambda row: {"status": "PASSWORD_EXPIRED"}),
    ]


def direct_flows(way, messages=("sms", "call")):
    """Direct authentication does not tell what a person has, so one is always
    chosen; a code that was sent is asked for once."""
    return [totp(way, 3 if way.is_first_okta else 1), push(way),
            *(message(way, kind, 1) for kind in messages)]


def factors_flows(way):
    return [totp(way, 1), push(way, "press Enter here: $"),
            message(way, "sms", 1), message(way, "email", 1)]


URL = r"show the code ([A-Z0-9-]+)\. Then press Enter here: $"
BROWSER = ("curl -sf -d '{{\"user\":\"{0}@example.com\","
           "\"answer\":\"{1}\"}}' ${{OKTA_CONTROL%/}}/device/$1 >&2")


def device_flows(first):
    def by(answer, who=None):
        return lambda name: first(name) + [
            (URL, BROWSER.format(who or name, answer), "-x")]
    return [Flow("browser", {
        "right": by("approve"), "wrong": by("deny"),
        # Somebody else is signed in in the browser.
        "denied": by("approve", "alice"),
        "timed-out": lambda name: first(name) + [(URL, "")],
        "cancelled": lambda name: first(name) + [(URL, "^C")],
        "unreachable": first}, is_silence_enough=True, denied="ACTIVE")]


def families():
    choose = r"Choose \[1\]: $"
    return {
        # More of them in one host are more wrong answers than it allows.
        "authn": (password_flows()[:6], {}),
        "authn-more": (password_flows()[6:], {}),
        "direct": (direct_flows(Way(password, choose, True)), {}),
        "device": (device_flows(key), {}),
        # The second factor alone: behind sshd's word, or another module's.
        "key": (direct_flows(Way(key, choose), ()), NEVER_BUT_SSHD),
        "stack": (direct_flows(Way(stack, choose)), NEVER_LOCKER),
        "stack-device": (device_flows(stack), NEVER_LOCKER),
        "key-factors": (factors_flows(Way(key, is_list=True))[:2],
                        NEVER_BUT_SSHD),
        "stack-factors": (factors_flows(Way(stack, is_list=True)),
                          NEVER_LOCKER),
    }


FLOWS = [dataclasses.replace(flow, family=family, never=never, name=(
             f"{family.removesuffix('-more')}-{flow.name}"))
         for family, (flows, never) in families().items() for flow in flows]
