"""Each of our processes stopped (SIGSTOP) at each step of a login: the module
denies by its deadline, and local people do not notice."""

import json

import pytest

from logins import LOCAL_PASSWORD, PASSWORD, add_local_people

DEADLINE_S = 3
SLACK_S = 0.5
LOCAL_S = 1
STOP = "pkill -STOP -x {}"
# Process, and when it is stopped: before the login, when the person has been
# asked, when Okta has been.
STEPS = [("oktad", "before"), ("oktad-net", "before"), ("oktad", "asked"),
         ("oktad-net", "asked"), ("oktad-login", "asked"),
         ("oktad", "sent"), ("oktad-net", "sent"), ("oktad-login", "sent")]

# pam_authenticate of each (person, password, command at the prompt, command
# half a second behind the answer): result, whether it asked, and how long the
# caller has waited for it. To start a process takes longer on a busy machine.
LOGIN = r"""
import ctypes, json, subprocess, sys, threading, time
pam, libc = ctypes.CDLL("libpam.so.0"), ctypes.CDLL("libc.so.6")
libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
class Reply(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]
CONV = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
                        ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)
class Conv(ctypes.Structure):
    _fields_ = [("conv", CONV), ("data", ctypes.c_void_p)]
def shell(command):
    subprocess.run(command, shell=True)
def log_in(name, password, at_prompt, later):
    timers = []
    def answer(n, messages, replies, data):
        shell(at_prompt)
        timers.append(threading.Timer(0.5, shell, [later]))
        timers[-1].start()
        given = libc.calloc(n, ctypes.sizeof(Reply))
        for reply in (Reply * n).from_address(given):
            reply.text = libc.strdup(password.encode())
        replies[0] = given
        return 0
    conv, h = Conv(CONV(answer), None), ctypes.c_void_p()
    pam.pam_start(b"stopped", name.encode(), ctypes.byref(conv),
                  ctypes.byref(h))
    start = time.monotonic()
    code = pam.pam_authenticate(h, 0)
    took = time.monotonic() - start
    pam.pam_end(h, code)
    for timer in timers:
        timer.join()
    return code, bool(timers), took
print(json.dumps([log_in(*x) for x in json.load(open("/run/stopped.json"))]))
"""


@pytest.fixture(scope="module", autouse=True)
def stack(host):
    add_local_people(host)
    host.ok("echo 'auth [success=done user_unknown=ignore ignore=ignore "
            f"default=die] pam_okta.so deadline={DEADLINE_S}' "
            ">/etc/pam.d/stopped; echo 'auth required pam_unix.so' "
            ">>/etc/pam.d/stopped")


@pytest.mark.threat("T39")
@pytest.mark.parametrize("process, when", STEPS)
def test_stopped_process_denies_by_the_deadline(host, process, when):
    stop = STOP.format(process)
    host.control("POST", "/faults", {
        "match": {"method": "POST", "path": "/api/v1/authn"}, "kind": "stall",
        "count": 1, "args": {"seconds": 2}})
    host.ok("cat >/run/stopped.json", stdin=json.dumps([
        ("alice", PASSWORD + "alice", stop if when == "asked" else "true",
         stop if when == "sent" else "true"),
        ("lena", LOCAL_PASSWORD, "true", "true")]))
    if when == "before":
        host.ok(stop)
    try:
        (code, was_asked, took), (local, _, waited) = json.loads(
            host.python(LOGIN))
    finally:
        host.ok("pkill -CONT -x oktad; pkill -CONT -x oktad-net; "
                "pkill -CONT -x oktad-login; true")
        host.control("DELETE", "/faults")
    assert code != 0, (took, host.log()[-2000:])
    assert was_asked or (process, when) == ("oktad", "before")
    print(f"{process} {when}: denied after {took:.3f} s, lena in after "
          f"{waited:.3f} s")
    assert took < DEADLINE_S + SLACK_S, (took, host.log()[-2000:])
    assert local == 0 and waited < LOCAL_S, (local, waited)


def test_no_worker_is_left_of_them(host):
    host.ok("for n in $(seq 600); do pgrep -x oktad-login >/dev/null || "
            "exit 0; sleep 0.1; done; exit 1")
