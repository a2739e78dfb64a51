"""tests/run counts what happened: a runner that misses a failure is worse
than none."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from private_host import TREE

sys.path.insert(0, os.path.join(TREE, "tests/runner"))

import ctests  # noqa: E402
import lint  # noqa: E402
import main as runner  # noqa: E402
import threats  # noqa: E402
from result import FAILED, PASSED, SKIPPED, Result, Results  # noqa: E402


def outcomes(results):
    return {r.id: r.outcome for r in results}


def write_test(build, name, word, log):
    os.makedirs(f"{build}/tests/unit", exist_ok=True)
    with open(f"{build}/tests/unit/{name}.trs", "w", encoding="utf-8") as f:
        f.write(f":test-result: {word}\n:global-test-result: {word}\n")
    with open(f"{build}/tests/unit/{name}.log", "w", encoding="utf-8") as f:
        f.write(log)


def test_each_cmocka_test_counts_and_a_crash_is_a_failure(tmp_path):
    write_test(tmp_path, "test_a", "PASS", """[==========] Running 3 test(s).
[ RUN      ] test_one
[       OK ] test_one
[ RUN      ] test_two_T27_T28
[       OK ] test_two_T27_T28
[ RUN      ] test_three
[  SKIPPED ] test_three
[==========] 3 test(s) run.
""")
    write_test(tmp_path, "test_b", "FAIL", """[==========] Running 2 test(s).
[ RUN      ] test_good
[       OK ] test_good
[ RUN      ] test_crash_T51_reduced
""")
    write_test(tmp_path, "test_c", "FAIL", "memory leak found at exit\n")
    found = ctests.collect(str(tmp_path), "check")
    assert outcomes(found) == {
        "check:tests/unit/test_a:test_one": PASSED,
        "check:tests/unit/test_a:test_two_T27_T28": PASSED,
        "check:tests/unit/test_a:test_three": SKIPPED,
        "check:tests/unit/test_b:test_good": PASSED,
        "check:tests/unit/test_b:test_crash_T51_reduced": FAILED,
        "check:tests/unit/test_c": FAILED}
    by_id = {r.id.split(":")[-1]: r for r in found}
    assert by_id["test_two_T27_T28"].threats == ("T27", "T28")
    assert by_id["test_crash_T51_reduced"].reduced


def test_program_that_fails_after_its_last_good_test_is_a_failure(tmp_path):
    write_test(tmp_path, "test_a", "FAIL",
               "[ RUN      ] test_one\n[       OK ] test_one\nLeakSanitizer\n")
    assert sorted(r.outcome for r in ctests.collect(str(tmp_path), "check")) \
        == [FAILED, PASSED]


def test_real_cmocka_output_is_understood(tmp_path):
    """The words of the installed cmocka, not of our memory."""
    source = tmp_path / "test_real.c"
    source.write_text(r"""
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
static void test_good(void **state) { (void)state; }
static void test_bad(void **state) { (void)state; assert_int_equal(1, 2); }
static void test_left(void **state) { (void)state; skip(); }
static void test_dead(void **state) { (void)state; __builtin_trap(); }
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_bad),
		cmocka_unit_test(test_left), cmocka_unit_test(test_dead)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
""")
    subprocess.run(["gcc", "-o", tmp_path / "test_real", source, "-lcmocka"],
                   check=True)
    done = subprocess.run([tmp_path / "test_real"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "STDOUT"})
    write_test(tmp_path, "test_real", "FAIL", done.stdout)
    found = outcomes(ctests.collect(str(tmp_path), "check"))
    assert {k.split(":")[-1]: v for k, v in found.items()} == {
        "test_good": PASSED, "test_bad": FAILED, "test_left": SKIPPED,
        "test_dead": FAILED}


def test_pytest_outcomes_reach_the_runner(tmp_path):
    """Through a copy of the very conftest.py of the scenarios."""
    (tmp_path / "test_x.py").write_text("""
import pytest
@pytest.mark.threat("T1")
@pytest.mark.threat("T2", reduced="half")
def test_good(): pass
def test_bad(): assert False, "because"
@pytest.fixture
def broken(): raise RuntimeError("no host")
def test_unborn(broken): pass
@pytest.mark.skip(reason="absent ../shared/recorded")
def test_left(): pass
@pytest.fixture
def sticky():
    yield
    raise RuntimeError("left behind")
def test_untidy(sticky): pass
@pytest.mark.long
def test_of_hours(): raise SystemExit
""")
    for name in ("conftest.py", "private_host.py"):
        shutil.copy(os.path.join(TREE, "tests/scenario", name), tmp_path)
    lines = tmp_path / "lines"
    env = {**os.environ, "OKTA_RESULTS": str(lines)}
    for name in ("OKTA_LONG", "PYTEST_XDIST_WORKER"):
        env.pop(name, None)
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "-p",
                    "no:cacheprovider", str(tmp_path)], env=env, check=False,
                   stdout=subprocess.DEVNULL)
    found = {}
    for line in lines.read_text().splitlines():
        r = Result(**json.loads(line))
        found[r.id.split("::")[-1]] = r
    assert {k: r.outcome for k, r in found.items()} == {
        "test_good": PASSED, "test_bad": FAILED, "test_unborn": FAILED,
        "test_left": SKIPPED, "test_untidy": PASSED,
        "test_untidy[teardown]": FAILED}
    assert sorted(found["test_good"].threats) == ["T1", "T2"]
    assert found["test_good"].reduced == "half"
    assert "because" in found["test_bad"].detail
    assert "recorded" in found["test_left"].detail


def test_verdict_of_a_threat_is_its_worst_test():
    good, bad = Result("a", PASSED), Result("b", FAILED)
    left, small = Result("c", SKIPPED), Result("d", PASSED, reduced="x")
    assert threats.verdict([]) == "none"
    assert threats.verdict([left]) == "none"
    assert threats.verdict([good]) == "pass"
    assert threats.verdict([good, small]) == "reduced"
    assert threats.verdict([good, left]) == "reduced"
    assert threats.verdict([good, small, bad]) == "fail"


def test_report_has_a_line_per_threat_and_counts_full_passes(capsys):
    results = Results()
    results.all = [Result("a", PASSED, threats=("T1",)),
                   Result("b", PASSED, threats=("T2",), reduced="x")]
    assert threats.report(TREE, results)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "T1\tpass\ta"
    assert lines[1] == "T2\treduced\tb"
    assert lines[2] == "T3\tnone\t"
    assert lines[-1] == "1 of 120"
    assert len(lines) == 121


def test_list_of_threats_is_complete():
    assert threats.known(TREE) == [f"T{n}" for n in range(1, 121)]


def test_skip_is_a_failure_in_ci_unless_recorded_answers_are_absent():
    results = Results()
    results.all = [Result("a", SKIPPED, "no ../shared/recorded"),
                   Result("b", SKIPPED, "no clang")]
    runner.refuse_skips(results)
    assert [r.outcome for r in results.all] == [SKIPPED, FAILED]


def test_linter_finds_planted_faults_and_nothing_else(tmp_path):
    (tmp_path / "good.8").write_text(
        '.Dd November 23, 2026\n.Dt GOOD 8\n.Os\n.Sh NAME\n.Nm good\n'
        '.Nd is fine\n.Sh DESCRIPTION\nText.\n')
    (tmp_path / "bad.8").write_text(".Dd November 23, 2026\n.Nx\n.Sh\n")
    (tmp_path / "long.c").write_text("int x;\n" * 501)
    (tmp_path / "bad.py").write_text("def f(:\n")
    script = tmp_path / "bad-script"
    script.write_text("#!/bin/sh\nrm -rf $1/*\n")
    script.chmod(0o755)
    found = outcomes(lint.everything(str(tmp_path)))
    assert found == {
        "lint:mandoc:good.8": PASSED, "lint:mandoc:bad.8": FAILED,
        "lint:length:long.c": FAILED, "lint:python:bad.py": FAILED,
        "lint:length:bad.py": PASSED, "lint:shellcheck:bad-script": FAILED}


@pytest.mark.parametrize("argv, status", [
    (["--matrix"], 2), (["--nonsense"], 2), (["no-such-area"], 2)])
def test_what_can_not_be_run_is_refused(argv, status):
    done = subprocess.run([os.path.join(TREE, "tests/run"), *argv],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    assert done.returncode == status
    assert done.stderr


def test_last_line_and_exit_status_of_one_area():
    done = subprocess.run([os.path.join(TREE, "tests/run"), "lint"],
                          stdout=subprocess.PIPE, text=True, check=False)
    last = done.stdout.splitlines()[-1]
    failed = int(last.split(", ")[1].split()[0])
    assert last.split(", ")[0].endswith(" passed")
    assert last.split(", ")[2].endswith(" skipped")
    assert (done.returncode == 0) == (failed == 0)
