"""Second factors through the distribution's own sshd: what the person sees,
types and taps, what Okta is asked, and who gets in."""

import base64
import hashlib
import hmac
import json
import struct
import subprocess
import time

import pytest

from logins import PASSWORD, as_user, talk
from private_host import TREE, PrivateHost
from wire_client import play

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EVERY = "push totp token yubikey sms call email question"


def person(n, name, factors, **more):
    login = f"{name}@example.com"
    return {"id": f"00u9{name}EXAMPLE".ljust(18, "0") + f"{n:02d}",
            "status": "ACTIVE", "password": PASSWORD + name,
            "factors": factors, "profile": {
                "login": login, "email": login, "firstName": name.title(),
                "lastName": "Example"}, **more}


PEOPLE = [
    ("pia", [{"factorType": "push", "id": "opf9pia",
              "profile": {"name": "Pia's phone"}}], {}),
    ("paul", [{"factorType": "push", "id": "opf9paul"}], {}),
    ("pete", [{"factorType": "push", "id": "opf9pete"}], {}),
    ("pola", [{"factorType": "push", "id": "opf9pola"}], {}),
    ("peer", [{"factorType": "push", "id": "opf9peer"}], {}),
    ("nora", [{"factorType": "push", "id": "opf9nora"}], {}),
    ("toni", [{"factorType": "token:software:totp", "provider": "GOOGLE",
               "secret": SECRET}, {"factorType": "push", "id": "opf9toni"}],
     {}),
    ("tom", [{"factorType": "token:software:totp", "secret": SECRET}], {}),
    ("sam", [{"factorType": "sms", "id": "sms9sam"}], {}),
    ("cleo", [{"factorType": "call", "id": "clf9cleo"}], {}),
    ("emma", [{"factorType": "email", "id": "emf9emma"}], {}),
    ("quinn", [{"factorType": "question", "answer": "turnips"}], {}),
    ("yuki", [{"factorType": "token:hardware", "provider": "YUBICO",
               "public_id": "cccccccbcdef"}], {}),
    ("rosa", [{"factorType": "token", "provider": "RSA",
               "passcode": "1234567890", "prompts": [
                   {"prompt": "Enter the next tokencode",
                    "answer": "778899"}]}], {}),
    ("webb", [{"factorType": "webauthn", "provider": "FIDO"}], {}),
    ("xena", [], {"status": "PASSWORD_EXPIRED"}),
    ("wanda", [], {"password_expires": 3}),
    ("eric", [], {}),
    ("mona", [{"factorType": "push", "id": "opf9mona"}], {}),
    ("otto", [{"factorType": "push", "id": "opf9otto"}], {}),
    ("ruth", [{"factorType": "push", "id": "opf9ruth"}], {}),
    ("nick", [{"factorType": "push", "id": "opf9nick"}], {}),
]


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("factors")
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    users = next(g for g in org["groups"]
                 if g["profile"]["name"] == "Linux Users")
    for n, (name, factors, more) in enumerate(PEOPLE):
        entry = person(n, name, factors, **more)
        entry["groups"] = [users.get("id") or "Linux Users"]
        org["users"].append(entry)
    org.setdefault("switches", {})["authn_per_second"] = 0
    (folder / "org.json").write_text(json.dumps(org))
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        conf = f.read()
    # sshd: whatever Okta takes; su: never less than two.
    conf = conf.replace("[service su]\nfactor = okta",
                        "[service su]\nfactor = required")
    (folder / "okta.conf").write_text(conf)
    with PrivateHost("--build", build, "--org", str(folder / "org.json"),
                     "--config", str(folder / "okta.conf")) as h:
        h.ok("""
            sed -i '/^KbdInteractiveAuthentication/d' /etc/ssh/sshd_config
            sed -i '1i KbdInteractiveAuthentication yes' /etc/ssh/sshd_config
            kill -HUP $(cat /run/okta-host/sshd.pid)
            echo 'ALL ALL=(ALL:ALL) ALL' >/etc/sudoers.d/all
            """)
        yield h


SSH = ("ssh -o NumberOfPasswordPrompts=1 -o PubkeyAuthentication=no "
       "-o PreferredAuthentications=keyboard-interactive ")


NOBODY = "setpriv --reuid nobody --regid nogroup --clear-groups "


class Login:
    """ssh, or another command, at a terminal of its own, while the test plays phone and mailbox."""

    def __init__(self, host, name, *answers, how=None):
        how = how or f"{SSH} {name}@127.0.0.1 id -un"
        self.host = host
        self.process = subprocess.Popen(
            host.argv("sh", "-c", talk(
                ("assword", PASSWORD + name), *answers) + how),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
            env={**host.environment, "LC_ALL": "C.UTF-8"})

    def read_until(self, text):
        """What the screen shows until it shows that."""
        seen = ""
        while text not in seen:
            more = self.process.stdout.read(1)
            assert more, seen
            seen += more
        return seen

    def end(self, seconds=100):
        out, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, out


def login(host, name, *answers, **how):
    return Login(host, name, *answers, **how).end()


def assert_in(host, name, *answers, **how):
    code, out = login(host, name, *answers, **how)
    assert code == 0 and out.splitlines()[-1] == name, out + host.log()[-4000:]
    return out


def code_now(away=0):
    digest = hmac.new(base64.b32decode(SECRET),
                      struct.pack(">Q", int(time.time() // 30) + away),
                      hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff
    return "%06d" % (number % 1000000)


def tap(host, factor, answer):
    host.control("POST", f"/push/{factor}", {"answer": answer})


def calls(host, since):
    """Paths of authn since the n-th request."""
    return [r["path"].replace("/api/v1/authn", "") or "/"
            for r in host.requests(since) if "/authn" in r["path"]]


def last(host):
    return max((r["n"] for r in host.requests()), default=0)


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def test_push_is_sent_once_and_lets_in_when_it_is_approved(host):
    since = last(host)
    tap(host, "opf9pia", "approve")
    assert_in(host, "pia")
    # The password, the request, one question about it, and nothing else.
    assert calls(host, since) == [
        "/", "/factors/opf9pia/verify", "/factors/opf9pia/verify"]
    assert "password push" in host.log()


@pytest.mark.threat("T34")
def test_push_that_is_refused_lets_nobody_in_and_nothing_more_is_sent(host):
    since = last(host)
    tap(host, "opf9nora", "reject")
    code, out = login(host, "nora")
    assert code == 255 and "not approved" in out
    code, out = login(host, "nora")
    assert code == 255 and "refused one" in out
    verified = [c for c in calls(host, since) if "/verify" in c]
    assert verified == ["/factors/opf9nora/verify"] * 2
    assert "refused on the phone" in host.log()


@pytest.mark.threat("T31")
@pytest.mark.parametrize("name, how", [
    ("paul", f"{SSH} paul@127.0.0.1 id -un"),  # sshd 9.2
    ("pete", NOBODY + "su pete -c 'id -un'"),
    ("pola", as_user("pola") + "sudo -k id -un"),
    ("peer", "login peer")], ids=["ssh", "su", "sudo", "login"])
def test_number_to_tap_is_on_the_screen_before_it_can_be_tapped(
        host, name, how):
    host.control("PUT", "/org", {"switches": {"number_challenge_poll": 1}})
    factor = "opf9" + name
    try:
        client = Login(host, name, ("Tap [0-9]+ in Okta Verify",
                                    f"@/run/tapped-{name}"),
                       ("[$#] $", "exit"), how=how)
        # Okta has told the number, and nobody has tapped or typed anything.
        asked = until(lambda: [r for r in host.requests() if factor in
                               r["path"]][1:] and host.requests())
        asked = [r for r in asked if factor in r["path"]]
        number = json.loads(asked[1]["resp_body"])["_embedded"]["factor"][
            "_embedded"]["challenge"]["correctAnswer"]
        out = client.read_until(f"Tap {number} in")
        tap(host, factor, number)
        put(host, f"/run/tapped-{name}", "")
        code, more = client.end()
    finally:
        host.control("PUT", "/org", {"switches": {"number_challenge_poll": 0}})
    assert code == 0, out + more


def test_choice_of_a_factor_and_what_was_used_last_comes_first(host):
    out = assert_in(host, "toni", ("Choose", "2"), ("Authenticator code: ",
                                                    code_now()))
    assert "1  Okta Verify push" in out and "2  Google Authenticator" in out
    # Enter alone: that one again. Each code counts once.
    out = assert_in(host, "toni", ("Choose", ""),
                    ("Authenticator code: ", code_now(1)))
    assert "1  Google Authenticator" in out and "2  Okta Verify push" in out


@pytest.mark.threat("T103")
def test_wrong_codes_end_the_login_and_count(host):
    since = last(host)
    code, _ = login(host, "tom", ("code: ", "000000"), ("code: ", "12 456"),
                    ("code: ", "000001"))
    assert code == 255
    # What is no code is not sent.
    assert calls(host, since) == ["/", "/factors/" + calls(host, since)[1].
                                  split("/")[2] + "/verify"] + [
        calls(host, since)[1], "/cancel"]
    # Two wrong codes are two wrong tries; of three that an unknown address
    # has, one is left.
    assert login(host, "tom", ("code: ", "000002"), ("code: ", "^C"))[0] != 0
    since = last(host)
    assert login(host, "tom")[0] == 255
    assert calls(host, since) == []
    assert "too many wrong" in host.log()


def put(host, name, text):
    """A file that talk types, whole at once."""
    host.ok(f"printf %s '{text}' >{name}.new && mv {name}.new {name}")


def code_of(host, factor):
    return until(lambda: host.control("GET", f"/factors/{factor}").get("sent"))


@pytest.mark.parametrize("name,factor,words", [
    ("sam", "sms9sam", "text message to +1 XXX-XXX-0199"),
    ("cleo", "clf9cleo", "call to +1 XXX-XXX-0199"),
    ("emma", "emf9emma", "mail to e...a@example.com")])
def test_code_that_is_sent_lets_in(host, name, factor, words):
    since = last(host)
    client = Login(host, name, ("send again", "r"), ("send again", "000000"),
                   ("send again", f"@/run/{name}.code"))
    put(host, f"/run/{name}.code", code_of(host, factor))
    code, out = client.end()
    assert code == 0, out + host.log()[-3000:]
    assert words in out and "Please wait" in out and "not right" in out
    # Password, sending, sending again (too soon), two codes.
    assert [c.rsplit("/", 1)[1] for c in calls(host, since)] == [
        "", "verify", "resend", "verify", "verify"]
    assert host.control("GET", f"/factors/{factor}")["messages"] == 1


def test_security_question(host):
    assert login(host, "quinn", ("least liked", "beans"),
                 ("least liked", "^C"))[0] != 0
    out = assert_in(host, "quinn", ("least liked", "Turnips"))
    assert "Turnips" not in out  # answered unseen


def test_yubikey_and_a_token_whose_server_asks_on(host):
    otp = "cccccccbcdef" + "c" * 32
    assert_in(host, "yuki", ("Touch your YubiKey", otp))
    code, out = login(host, "yuki", ("Touch your YubiKey", otp),
                      ("not right", "^C"))
    assert code != 0
    assert_in(host, "rosa", ("RSA SecurID passcode", "1234567890"),
              ("next tokencode", "778899"))


def test_factors_that_no_terminal_can_ask_for(host):
    code, out = login(host, "webb")
    assert code == 255
    assert "None of your second factors can be used here" in out
    assert host.environment["OKTA_URL"].rstrip("/") in out


def test_expired_password_is_changed_in_the_login(host):
    new = "Another-Donkey-8"
    out = assert_in(host, "xena", ("New password: ", "short"),
                    ("New password again", "short"),
                    ("requirements were not met.*\nNew password: ", new),
                    ("New password again", new + "x"),
                    ("not the same.*\nNew password: ", new),
                    ("New password again", new))
    assert "at least 8 characters" in out and new not in out
    assert Login(host, "xena").end()[0] == 255  # the old one
    assert host.run(talk(("assword:", new)) + SSH +
                    "xena@127.0.0.1 true").returncode == 0


def test_password_that_expires_soon_is_told_of_and_lets_in(host):
    since = last(host)
    out = assert_in(host, "wanda")
    assert "expires in" in out
    assert calls(host, since) == ["/", "/skip"]


def test_enrolment_that_okta_demands_is_explained(host):
    host.control("PUT", "/org", {"switches": {"mfa": "required"}})
    try:
        code, out = login(host, "eric")
        assert code == 255 and "Set one up at" in out
        # Not before the password is right.
        code, out = host.run(talk(("assword:", "wrong")) + SSH +
                             "eric@127.0.0.1 true"), ""
        assert "Set one up" not in code.stdout
    finally:
        host.control("PUT", "/org", {"switches": {"mfa": "if_enrolled"}})


def test_service_that_demands_a_factor_accepts_nothing_less(host):
    """su has factor = required: eric has none, pia gives hers."""
    def su(name):
        return login(host, name, how=NOBODY + f"su {name} -c 'id -un'")

    code, out = su("eric")
    assert code != 0 and "needs a second factor" in out
    tap(host, "opf9pia", "approve")
    code, out = su("pia")
    assert code == 0 and "pia" in out, out


def test_push_that_nobody_answers_is_given_up_at_okta_in_time(host):
    """The last seconds are for that, and for the words: a yes that comes later
    would be one to nothing."""
    since = last(host)
    took, text = play(host, f"""
import json, pwd
ident, begun = secrets.token_bytes(16), time.monotonic()
with dial(LOGIN_SOCK) as s:
    s.sendall(frame(LOGIN, hello(pwd.getpwnam("nick").pw_uid, "su") +
                    field(4, "nick") + field(5, 9000), ident))
    while (got := receive(s))[0] != VERDICT:
        if got[0] == PROMPT:
            s.sendall(frame(REPLY, field(22, {PASSWORD + "nick"!r}), ident))
json.dump([time.monotonic() - begun, got[1][20].decode()], sys.stdout)
""")
    assert 6 < took < 9 and "in time" in text, (took, text)
    assert calls(host, since)[-1] == "/cancel"


@pytest.mark.threat("T32")
def test_client_that_goes_ends_the_questions_and_a_late_yes_is_nothing(host):
    """su; sshd does not look at its client while PAM is asked."""
    since = last(host)
    client = Login(host, "toni", ("Choose", "push"), how=NOBODY + "su toni")
    until(lambda: len([c for c in calls(host, since) if "opf9toni" in c]) > 1)
    time.sleep(5)
    host.ok("kill -KILL $(pgrep -x talk)")  # the terminal is gone
    client.end()
    until(lambda: "/cancel" in calls(host, since), 2)
    n = len(calls(host, since))
    time.sleep(15)
    tap(host, "opf9toni", "approve")
    time.sleep(4)
    assert len(calls(host, since)) == n
    # The next login sends one of its own, which the late yes is not for.
    host.control("POST", "/push/opf9toni", {"answer": "timeout"})
    code, _ = login(host, "toni", ("Choose", "push"), ("Choose", "^C"))
    assert code != 0
    pushes = host.control("GET", "/factors/opf9toni")["pushes"]
    assert pushes == 2


@pytest.mark.threat("T30")
def test_password_method_of_sshd_answers_no_factor(host):
    """It gives the password to every hidden question and knows no other."""
    method = SSH.replace("keyboard-interactive", "password")
    for name in ("quinn", "sam", "toni"):
        since = last(host)
        code, _ = login(host, name, how=f"{method} {name}@127.0.0.1 true")
        assert code == 255
        for r in host.requests(since):
            if "/verify" in r["path"]:
                assert PASSWORD not in r["body"]
    assert "KbdInteractiveAuthentication" in host.log()


@pytest.mark.threat("T34")
def test_wrong_passwords_cause_no_push_and_a_no_ends_it(host):
    since = last(host)
    for n in range(5):
        out = host.ok(f"cd /; for i in $(seq 100); do (echo wrong{n}$i | "
                      f"{NOBODY} su mona -c 'echo in') & done; wait")
        assert "in" not in out.split()
    assert not any("/verify" in c for c in calls(host, since))
    assert host.control("GET", "/factors/opf9mona").get("pushes", 0) == 0


@pytest.mark.threat("T33")
def test_six_attempts_are_three_pushes_one_at_a_time(host):
    """Both methods of sshd, and more of them than fit at once."""
    client = Login(host, "otto")
    until(lambda: host.control("GET", "/factors/opf9otto").get("pushes"))
    # Another login of his is not asked about while this one waits.
    code, out = login(host, "otto")
    assert code == 255 and "waits for an answer" in out
    assert host.control("GET", "/factors/opf9otto")["pushes"] == 1
    tap(host, "opf9otto", "timeout")
    assert client.end()[0] == 255
    for n in range(5):
        tap(host, "opf9otto", "timeout")
        how = SSH if n % 2 else SSH.replace("keyboard-interactive", "password")
        assert login(host, "otto", how=f"{how} otto@127.0.0.1 true")[0] == 255
    assert host.control("GET", "/factors/opf9otto")["pushes"] == 3
    assert "3 push requests were sent" in host.log()


@pytest.mark.threat("T58")
def test_worker_that_is_killed_leaves_its_push_counted(host):
    client = Login(host, "ruth")
    until(lambda: host.control("GET", "/factors/opf9ruth").get("pushes"))
    host.ok("kill -KILL $(pgrep -x oktad-login)")
    tap(host, "opf9ruth", "approve")
    assert client.end()[0] == 255
    for _ in range(4):
        tap(host, "opf9ruth", "timeout")
        login(host, "ruth")
    assert host.control("GET", "/factors/opf9ruth")["pushes"] <= 3


def test_device_of_a_trusted_application_is_remembered_by_okta(
        build, tmp_path):
    """One number per person and address: from elsewhere the password alone is
    not enough. A service that demands a factor asks all the same."""
    with open(f"{TREE}/tests/host/token.conf", encoding="utf-8") as f:
        conf = f.read()
    conf += "\n[login]\ntrusted_app = yes\n"
    conf = conf.replace("[service su]\nfactor = okta",
                        "[service su]\nfactor = required")
    (tmp_path / "okta.conf").write_text(conf)
    with PrivateHost("--build", build, "--config",
                     str(tmp_path / "okta.conf")) as h:
        def enter(*answers, how="ssh bob@127.0.0.1 id -un"):
            return login(h, "bob", *answers, how=how)

        def devices():
            return {json.loads(r["body"])["context"]["deviceToken"]
                    for r in h.requests() if r["path"] == "/api/v1/authn"}

        h.ok("sed -i 's/^KbdInteractiveAuthentication no/"
             "KbdInteractiveAuthentication yes/' /etc/ssh/sshd_config; "
             "kill -HUP $(cat /run/okta-host/sshd.pid)")
        code, out = enter(("Choose", "totp"), ("Verify code", code_now()))
        assert code == 0, out + h.log()[-3000:]
        code, out = enter()
        assert code == 0 and "Choose" not in out, out
        assert [len(d) for d in devices()] == [32]
        code, out = enter(
            *[("Choose", "none")] * 3, how="ssh -o NumberOfPasswordPrompts=1 "
            "-o PreferredAuthentications=keyboard-interactive -b 127.0.0.2 "
            "bob@127.0.0.1 id -un")
        assert code != 0 and "Choose" in out, out
        assert len(devices()) == 2
        su = NOBODY + "su bob -c 'id -un'"
        code, out = enter(("Choose", "totp"), ("Verify code", code_now(1)),
                          how=su)
        assert code == 0, out + h.log()[-3000:]
        code, out = enter(how=su)
        assert code != 0 and "needs a second factor" in out


@pytest.mark.threat("T55")
def test_local_nobody_uses_up_nothing_of_the_org(host):
    since = last(host)
    host.ok("seq 10000 | sed 's/^/nosuch/' | xargs -P 4 -n 100 getent passwd; "
            "true")
    assert calls(host, since) == []
    for n in range(10):
        host.ok(f"cd /; for i in $(seq 100); do (echo wrong | {NOBODY} "
                f"su {PEOPLE[n][0]} -c true) & done; wait")
    assert len(calls(host, since)) <= 30  # BUDGET_PER_ADDRESS
    assert_in(host, "alice")
