"""Building and running, one function per area of tests/run. Each takes the
Run and adds results to it."""

import concurrent.futures
import glob
import json
import os
import subprocess
import time

import ctests
import lint
import static
from result import FAILED, PASSED, Result

CONFIGURE = {
    "gcc": ["--enable-maintainer", "CC=gcc"],
    "clang": ["--enable-maintainer", "CC=clang"],
    "asan": ["--enable-maintainer", "--enable-sanitizers", "CC=gcc"],
    "fuzz": ["--enable-maintainer", "--enable-fuzzing", "CC=clang"],
}
SCENARIOS_AT_A_TIME = 3
FUZZ_SECONDS = 10
FUZZ_SECONDS_LONG = 600


class Run:
    """One run of tests/run: where it builds, and what it has seen."""

    def __init__(self, tree, results, is_long):
        self.tree = tree
        self.top = os.path.join(tree, "_b-tests")
        self.results = results
        self.is_long = is_long
        self.built = {}
        os.makedirs(self.top, exist_ok=True)

    def folder(self, variant):
        return os.path.join(self.top, variant)

    def log(self, name):
        return os.path.join(self.top, name + ".log")

    def call(self, name, argv, cwd=None, env=None, minutes=20):
        """Runs argv with its output in NAME.log: a Result of that name."""
        start = time.monotonic()
        with open(self.log(name), "wb") as log:
            try:
                code = subprocess.run(
                    argv, cwd=cwd or self.tree, stdout=log,
                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                    env={**os.environ, **(env or {})}, timeout=60 * minutes,
                    check=False).returncode
                why = f"`{' '.join(argv)}` ended with {code}"
            except subprocess.TimeoutExpired:
                code, why = -1, f"`{' '.join(argv)}`: over {minutes} minutes"
        detail = ""
        if code != 0:
            with open(self.log(name), encoding="utf-8", errors="replace") as f:
                detail = "".join(f.readlines()[-30:]) + why
        return Result(name, FAILED if code else PASSED, detail,
                      seconds=time.monotonic() - start)

    def build(self, variant):
        """The product and the C tests of that variant, once per run; False
        where that failed (which is a result of its own)."""
        if variant not in self.built:
            self.built[variant] = self._build(variant)
        return self.built[variant]

    def _build(self, variant):
        folder = self.folder(variant)
        os.makedirs(folder, exist_ok=True)
        steps = []
        if self._is_stale("configure"):
            steps.append((["./bootstrap"], self.tree))
        if not os.path.exists(os.path.join(folder, "config.status")):
            steps.append((["../../configure", "-q", *CONFIGURE[variant]],
                          folder))
        steps.append((["make", "-j2"], folder))
        if variant != "fuzz":
            steps.append((["make", "-j2", "check", "TESTS="], folder))
        name = f"build:{variant}"
        for argv, cwd in steps:
            result = self.call(name.replace(":", "-"), argv, cwd)
            if result.outcome != PASSED:
                break
        result.id = name
        self.results.add(result)
        return result.outcome == PASSED


    def _is_stale(self, generated):
        """Is a fragment of the build newer than what was made from it?"""
        sources = [p for p in lint.files(self.tree)
                   if p.endswith((".mk", "Makefile.am", "configure.ac"))]
        path = os.path.join(self.tree, generated)
        return not os.path.exists(path) or any(
            os.path.getmtime(os.path.join(self.tree, p)) >
            os.path.getmtime(path) for p in sources)


def build(run):
    run.build("gcc")


def check(run, variant="gcc", area="check"):
    if not run.build(variant):
        return
    folder = run.folder(variant)
    for old in glob.glob(folder + "/**/*.trs", recursive=True):
        os.unlink(old)
    env = {"CMOCKA_MESSAGE_OUTPUT": "STDOUT"}
    done = run.call(area, ["make", "-j2", "-k", "check"], folder, env)
    found = ctests.collect(folder, area)
    run.results.add(*found)
    if not found or (done.outcome == FAILED and
                     all(r.outcome != FAILED for r in found)):
        run.results.add(done)


def clang(run):
    check(run, "clang", "clang")


def sanitizers(run):
    check(run, "asan", "sanitizers")


def scenario(run, files="tests/scenario"):
    if not run.build("gcc"):
        return
    lines = os.path.join(run.top, "scenario.jsonl")
    with open(lines, "w", encoding="utf-8"):
        pass
    env = {"OKTA_BUILD": run.folder("gcc"), "OKTA_RESULTS": lines,
           "PYTHONDONTWRITEBYTECODE": "1"}
    if run.is_long:
        env["OKTA_LONG"] = "1"
    # Files side by side: most of the time a login waits for its refusal.
    done = run.call("scenario", ["/usr/bin/python3", "-m", "pytest", "-q",
                                 "-p", "no:cacheprovider", "-n",
                                 str(SCENARIOS_AT_A_TIME), "--dist",
                                 "loadfile", files],
                    env=env, minutes=600 if run.is_long else 45)
    found = []
    with open(lines, encoding="utf-8") as f:
        for line in f:
            found.append(Result(**json.loads(line)))
    run.results.add(*found)
    # pytest says itself where it could not even collect.
    if not found or (done.outcome == FAILED and
                     all(r.outcome != FAILED for r in found)):
        run.results.add(done)


def fuzz(run):
    if not run.build("fuzz"):
        return
    seconds = FUZZ_SECONDS_LONG if run.is_long else FUZZ_SECONDS
    targets = [p for p in sorted(glob.glob(
        run.folder("fuzz") + "/tests/fuzz/fuzz_*"))
        if os.access(p, os.X_OK) and "." not in os.path.basename(p)]
    if not targets:
        run.results.add(Result("fuzz", FAILED, "no fuzz target was built"))

    def one(target):
        name = os.path.basename(target)
        corpus = os.path.join(run.top, "corpus", name)
        os.makedirs(corpus, exist_ok=True)
        seeds = os.path.join(run.tree, "tests/fuzz/seeds", name[len("fuzz_"):])
        argv = [target, f"-max_total_time={seconds}", "-timeout=10",
                "-rss_limit_mb=1024", f"-artifact_prefix={run.top}/{name}-",
                corpus] + ([seeds] if os.path.isdir(seeds) else [])
        result = run.call(f"fuzz-{name}", argv)
        result.id = f"fuzz:{name}"
        return result

    # Each is one process without threads.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for result in pool.map(one, targets):
            run.results.add(result)


def distcheck(run):
    if not run.build("gcc"):
        return
    result = run.call("distcheck", ["make", "distcheck"], run.folder("gcc"))
    run.results.add(result)


def lint_area(run):
    run.results.add(*lint.everything(run.tree))


def static_area(run):
    if not run.build("gcc"):
        return
    run.results.add(*static.everything(run.tree, run.folder("gcc"),
                                       os.path.join(run.top, "static"),
                                       run.is_long))


AREAS = {
    "build": build,
    "check": check,
    "scenario": scenario,
    "clang": clang,
    "sanitizers": sanitizers,
    "fuzz": fuzz,
    "lint": lint_area,
    "static": static_area,
    "distcheck": distcheck,
}
