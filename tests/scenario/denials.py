"""How long after the answer each kind of denial comes that comes before an
accepted password, and how long until the question for it, as
pam_authenticate's caller sees it, all kinds mixed in one private host."""

import json
import math

from private_host import TREE, PrivateHost

RIGHT = "Right-7"
JUNK = "\b\n\r\x7fINCORRECT"  # what sshd hands over for people it has denied
# What is typed, the person's status in Okta (None: there is no such person),
# and the groups.
KINDS = {
    "wrong": ("guess", "ACTIVE", "Linux Users"),
    "empty": ("", "ACTIVE", "Linux Users"),
    "long": ("x" * 2000, "ACTIVE", "Linux Users"),
    "junk": (JUNK, "ACTIVE", "Linux Users"),
    "suspended": (RIGHT, "SUSPENDED", "Linux Users"),
    "locked": (RIGHT, "LOCKED_OUT", "Linux Users"),
    "barred": (RIGHT, "ACTIVE", "Linux Users", "Office"),
    "tired": (RIGHT, "ACTIVE", "Linux Users"),
    "unknown": ("guess", None),
}
PERCENTILES = (0, 5, 25, 50, 75, 95, 100)
AT_A_TIME = 100
PAUSE_MS = 1500  # that people take to type
FLOOR_MS = 3000

RUN = r"""
import concurrent.futures, json, subprocess, sys
def log_in(name, typed):
    return subprocess.run([{program!r}, "sshd", name, typed, "1", "",
                           "{pause}"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
def one(job):
    name, kind, typed = job
    if kind == "tired":  # has used up what they may guess
        log_in(name, "guess")
    done = log_in(name, typed)
    return kind, done.returncode, *map(int, done.stdout.split()), done.stderr
with concurrent.futures.ThreadPoolExecutor({at_a_time}) as pool:
    json.dump(list(pool.map(one, {jobs!r})), sys.stdout)
"""


def rank_test(samples):
    """Kruskal-Wallis: the probability that samples of one distribution are
    that unlike. For an odd number of samples, so even degrees of freedom."""
    assert len(samples) % 2 == 1
    ranked = sorted((x, k) for k, sample in enumerate(samples)
                    for x in sample)
    n, sums = len(ranked), [0] * len(samples)
    for rank, (_, k) in enumerate(ranked, 1):
        sums[k] += rank
    h = 12 / (n * (n + 1)) * sum(
        s * s / len(samples[k]) for k, s in enumerate(sums)) - 3 * (n + 1)
    return math.exp(-h / 2) * sum((h / 2) ** i / math.factorial(i)
                                  for i in range((len(samples) - 1) // 2))


def org_and_jobs(each):
    with open(f"{TREE}/tests/emulator/orgs/default.json",
              encoding="utf-8") as f:
        org = json.load(f)
    jobs = []
    for i in range(each):
        for kind, (typed, status, *groups) in KINDS.items():
            name = f"{kind}{i}"
            jobs.append((name, kind, typed))
            if status is None:
                continue
            org["users"].append({
                "id": f"00u{kind[:6]}{i:05d}EXAMPLE0000"[:20],
                "status": status, "password": RIGHT, "factors": [],
                "groups": groups,
                "profile": {"login": f"{name}@example.com",
                            "email": f"{name}@example.com",
                            "firstName": "D", "lastName": "D"}})
    org.setdefault("switches", {})["authn_per_second"] = 0
    return org, jobs


def measure(build, folder, each):
    """Milliseconds of each denial, sorted, by kind; the same until the
    question; and the words that the denied were told, with the exit status.
    """
    org, jobs = org_and_jobs(each)
    with open(f"{folder}/org.json", "w", encoding="utf-8") as f:
        json.dump(org, f)
    with open(f"{TREE}/tests/host/okta.conf", encoding="utf-8") as f:
        conf = f.read().replace("[service sshd]\n", "[service sshd]\n"
                                "deny_groups = @GROUP:Office@\n")
    with open(f"{folder}/okta.conf", "w", encoding="utf-8") as f:
        # One guess each, and two more for addresses with a success.
        f.write(conf + "\n[login]\nfailures = 3\n")
    with PrivateHost("--build", build, "--org", f"{folder}/org.json",
                     "--config", f"{folder}/okta.conf") as host:
        done = json.loads(host.python(RUN.format(
            program=f"{build}/tests/bench/login_bench", at_a_time=AT_A_TIME,
            pause=PAUSE_MS, jobs=jobs), seconds=7000))
        log = host.log()
    # Each kind is what its name says.
    for words in ("too many wrong", "denied this service",
                  "suspended in Okta", "junk", "1024 bytes"):
        assert words in log, words
    denied, asked = ({kind: sorted(d[at] / 1e6 for d in done if d[0] == kind)
                      for kind in KINDS} for at in (2, 3))
    return denied, asked, {(d[1], d[-1].rpartition(": ")[2]) for d in done}


def row(ms):
    return [ms[min(len(ms) - 1, len(ms) * p // 100)] for p in PERCENTILES]


def table(times):
    lines = [" " * 10 + "".join(f"{f'p{p}':>9}" for p in PERCENTILES)]
    lines += [f"{kind:>10}" + "".join(f"{x:9.1f}" for x in row(ms))
              for kind, ms in times.items()]
    return "\n".join(lines)


def apart(times):
    """The probability by ranks, and milliseconds between the medians."""
    medians = [row(ms)[PERCENTILES.index(50)] for ms in times.values()]
    return rank_test(list(times.values())), max(medians) - min(medians)
