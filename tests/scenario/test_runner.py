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
import matrix  # noqa: E402
import static  # noqa: E402
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


def test_names_of_c_tests_say_how_much_of_a_threat_they_do():
    assert ctests.threats_of("test_x") == ((), {}, ())
    assert ctests.threats_of("test_x_T1_T20") == (("T1", "T20"), {}, ())
    numbers, reduced, whole = ctests.threats_of("test_x_T3_reduced")
    assert (numbers, list(reduced), whole) == (("T3",), ["T3"], ())
    assert ctests.threats_of("test_x_T4_whole") == (("T4",), {}, ("T4",))


def test_pytest_outcomes_reach_the_runner(tmp_path):
    """Through a copy of the very conftest.py of the scenarios."""
    (tmp_path / "test_x.py").write_text("""
import pytest
@pytest.mark.threat("T1")
@pytest.mark.threat("T2", reduced="half")
@pytest.mark.threat("T3", whole=True)
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
    assert sorted(found["test_good"].threats) == ["T1", "T2", "T3"]
    assert found["test_good"].reduced == {"T2": "half"}
    assert found["test_good"].whole == ["T3"]
    assert "because" in found["test_bad"].detail
    assert "recorded" in found["test_left"].detail


def test_verdict_of_a_threat_is_its_worst_test_or_one_that_does_it_all():
    def verdict(*tests):
        return threats.verdict("T1", tests)
    good, bad = Result("a", PASSED), Result("b", FAILED)
    left, small = Result("c", SKIPPED), Result("d", PASSED,
                                               reduced={"T1": "x"})
    whole = Result("e", PASSED, whole=("T1",))
    assert verdict() == "none"
    assert verdict(left) == "none"
    assert verdict(good) == "pass"
    assert verdict(good, small) == "reduced"
    assert verdict(good, left) == "reduced"
    assert verdict(good, small, bad) == "fail"
    assert verdict(small, left, whole) == "pass"
    assert verdict(whole, bad) == "fail"
    assert verdict(small, Result("f", SKIPPED, whole=("T1",))) == "reduced"
    # Of another threat, neither counts.
    assert verdict(good, Result("g", PASSED, reduced={"T2": "x"})) == "pass"
    assert verdict(small, Result("h", PASSED, whole=("T2",))) == "reduced"


def test_report_has_a_line_per_threat_and_counts_full_passes(capsys):
    results = Results()
    results.all = [Result("a", PASSED, threats=("T1",)),
                   Result("b", PASSED, threats=("T2",), reduced={"T2": "x"})]
    assert threats.report(TREE, results)
    out, err = capsys.readouterr()
    assert err == "  T2: x\n"
    lines = out.splitlines()
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
        "lint:clang-format:long.c": PASSED, "lint:length:long.c": FAILED, "lint:python:bad.py": FAILED,
        "lint:length:bad.py": PASSED, "lint:shellcheck:bad-script": FAILED}


PLANTED = {
    # A cell behind the end: cppcheck's.
    "libokta/over.c": "int f(void);\nint f(void)\n{\n\tint a[2] = {0, 1};\n"
                      "\treturn a[2];\n}\n",
    # Used after free() on one path: clang-tidy's analyzer.
    "oktad/freed.c": "#include <stdlib.h>\nint f(int n);\nint f(int n)\n{\n"
                     "\tint *p = malloc(sizeof(*p));\n\tif (p == NULL)\n"
                     "\t\treturn 0;\n\t*p = n;\n\tif (n > 3)\n"
                     "\t\tfree(p);\n\tn = *p;\n\tfree(p);\n"
                     "\treturn n;\n}\n",
    # A result that must not be dropped: clang-tidy's bugprone set.
    "oktad/dropped.c": "#define _GNU_SOURCE\n#include <unistd.h>\n"
                       "void f(void);\nvoid f(void)\n{\n"
                       "\tsetresuid(1, 1, 1);\n}\n",
    "oktad/good.c": "int f(int n);\nint f(int n)\n{\n\treturn n + 1;\n}\n",
}


def test_checkers_find_planted_faults_and_stale_excuses(tmp_path):
    tree, build = tmp_path / "tree", tmp_path / "tree/_b"
    build.mkdir(parents=True)
    for name, text in PLANTED.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(text)
    (tree / "tests").mkdir()
    (tree / "tests/static.tsv").write_text(
        "# why\ncppcheck\tnullPointer\toktad/good.c\tno such finding\n")
    shutil.copy(TREE + "/.clang-tidy", tree)
    # As automake's do: the list is made without losing what it includes.
    (build / "a.Po").write_text("a.o: a.h\n")
    (build / "Makefile").write_text(
        "am__depfiles_remade = a.Po\ninclude a.Po\nall-am:\n" + "".join(
        f"\tgcc -std=gnu11 -c -o x.o `test -f '{name}' || echo '../'`{name}\n"
        for name in PLANTED) + "$(am__depfiles_remade):\n\techo >$@\n")
    found = [r.id for r in static.everything(
        str(tree), str(build), str(tmp_path / "db"), False)
        if r.outcome == FAILED]
    assert (build / "a.Po").read_text() == "a.o: a.h\n"
    assert "static:cppcheck:libokta/over.c:arrayIndexOutOfBounds" in found
    assert "static:clang-tidy:oktad/freed.c:clang-analyzer-unix.Malloc" in found
    assert "static:clang-tidy:oktad/dropped.c:bugprone-unused-return-value" \
        in found
    assert [i for i in found if "good.c" in i] == [
        "static:cppcheck:oktad/good.c:nullPointer"]
    (tree / "tests/static.tsv").write_text(
        "cppcheck\tarrayIndexOutOfBounds\tlibokta/over.c\tplanted\n")
    left = [r.id for r in static.everything(
        str(tree), str(build), str(tmp_path / "db"), False)
        if r.outcome == FAILED]
    assert not [i for i in left if i.startswith("static:cppcheck")
                and "over.c" in i]


def test_checker_that_does_not_run_is_no_pass(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        static.clang_tidy(["a.c"], str(tmp_path), TREE)
    for name in "clang-tidy", "cppcheck":
        (tmp_path / name).write_text("#!/bin/sh\nexit 139\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "gcc").symlink_to("/bin/true")
    for text in (static.clang_tidy([f"{TREE}/a.c"], str(tmp_path), TREE),
                 static.cppcheck([f"{TREE}/a.c"], str(tmp_path))):
        assert ("broken-down", "a.c") in static.findings(TREE, text)


def test_matrix_has_a_line_per_row_and_their_number(capsys):
    rows = [("sshd:authn-push:timed-out", None), ("su:device:right", None),
            ("sudo:totp:wrong", None), ("login:totp:wrong", None),
            ("locker:stack:right", "root only"),
            ("locker:stack:wrong", "root only")]
    results = Results()
    for (row, _), outcome in zip(rows, (PASSED, FAILED, SKIPPED)):
        results.all.append(Result(
            f"scenario:tests/scenario/test_matrix.py::test_row[{row}]",
            outcome))
    results.all.append(Result("scenario:test_x.py::test_row[a:b:c]", PASSED))
    assert not matrix.report(results, rows)
    # A row that no run has shown is no pass.
    assert capsys.readouterr().out == (
        "sshd\tauthn-push\ttimed-out\tpass\n"
        "su\tdevice\tright\tfail\nsudo\ttotp\twrong\tfail\n"
        "login\ttotp\twrong\tfail\n"
        "locker\tstack\tright\timpossible: root only\n"
        "locker\tstack\twrong\timpossible: root only\n6\n")
    assert matrix.report(results, rows[:1] + rows[4:])
    assert not matrix.report(Results(), rows[4:])
    results.all.append(Result(
        "scenario:tests/scenario/test_matrix.py::test_row[locker:stack:right]",
        FAILED))
    assert not matrix.report(results, rows[:1] + rows[4:])
    ways = {row.split(":")[1] for row, _ in matrix.table()}
    assert {"authn-rsa", "authn-expired", "key-push", "device-browser",
            "stack-factors-totp"} <= ways


@pytest.mark.parametrize("argv, status", [
    (["--matrix", "lint"], 2), (["--nonsense"], 2), (["no-such-area"], 2)])
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
