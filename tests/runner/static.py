"""cppcheck over every C file, clang-tidy over the product's (with --long over
the tests too): any finding fails that is not in tests/static.tsv."""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess

from result import FAILED, PASSED, Result

ROOMS = ("libokta", "nss_okta", "pam_okta", "oktad", "oktactl")
# "file:line:column: warning: what [check]"
FINDING = re.compile(r"^(/[^:\n]+):(\d+):(\d+): (?:warning|error|\w+): "
                     r"(.*) \[([\w.,-]+)\]$", re.M)
QUEUE = "sys/queue.h"  # cppcheck knows no header of the system


def write_database(tree, build, path):
    """compile_commands.json of every C file that `make` would compile in
    build; the files it names."""
    # -B: as if nothing were built; -o: but for what builds the Makefile. The
    # included .deps have a rule too, and -n does not hold for an include.
    made = ("Makefile", "config.status", "config.h", "stamp-h1",
            *(os.path.relpath(os.path.join(tree, p), build) for p in (
                "configure", "aclocal.m4", "Makefile.in", "config.h.in")))
    told = subprocess.run(
        ["make", "-n", "-B", "V=1", "am__depfiles_remade=", *(a for p in made for a in ("-o", p)),
         "-f", "-", "every-program"], cwd=build, check=True, text=True,
        input="include Makefile\nevery-program: all-am $(check_PROGRAMS) "
              "$(check_LTLIBRARIES)\n", stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL).stdout.replace("\\\n", " ")
    units = {}
    for line in told.splitlines():
        for command in re.split(r";|&&", line):
            if " -c " not in command:
                continue
            # `test -f 'x.c' || echo '../'`x.c
            words = shlex.split(re.sub(r"`[^`]*`", "", command))
            source = next((w for w in words if w.endswith(".c")), None)
            if source is None:
                continue
            full = next(p for p in (os.path.normpath(os.path.join(d, source))
                                    for d in (build, tree))
                        if os.path.exists(p))
            flags = [w for w in words if w.startswith(("-D", "-I", "-std"))]
            # A file of two programs is looked at as in the first of them.
            units.setdefault(full, ["cc", *flags, "-c", full])
    with open(path, "w", encoding="utf-8") as f:
        # As one string: cppcheck 2.10 takes the quotes of "arguments" off.
        json.dump([{"directory": build, "file": file, "command": " ".join(
            w.replace('"', '\\"') for w in argv)}
                   for file, argv in sorted(units.items())], f, indent=1)
    return sorted(units)


def findings(tree, text):
    """{(check, path): the lines that say so}"""
    found = {}
    for full, line, _, what, check in FINDING.findall(text):
        path = os.path.relpath(full, tree)
        found.setdefault((check, path), []).append(f"{path}:{line}: {what}")
    return {key: sorted(set(lines)) for key, lines in found.items()}


def checked(done, path):
    """What a checker printed; a finding of its own where it broke down."""
    if done.returncode and not FINDING.search(done.stdout):
        return (f"{path}:1:1: error: ended with {done.returncode}: "
                f"{done.stderr.strip()[-300:]!r} [broken-down]\n")
    return done.stdout


def cppcheck(files, folder):
    include = subprocess.run(["gcc", "-print-multiarch"], check=False,
                             stdout=subprocess.PIPE, text=True).stdout.strip()
    headers = [p for p in (f"/usr/include/{include}/{QUEUE}",
                           f"/usr/include/{QUEUE}") if os.path.exists(p)]
    done = subprocess.run(
        ["cppcheck", "-q", "-j", str(os.cpu_count() or 1), "--std=c11",
         "--enable=warning", "--library=posix,gnu",
         "--template={file}:{line}:{column}: {severity}: {message} [{id}]",
         f"--project={folder}/compile_commands.json",
         *(f"--include={p}" for p in headers[:1])],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        check=False)
    done.stdout += done.stderr
    return checked(done, files[0])


def clang_tidy(files, folder, tree):
    def one(path):
        # One at a time: its va_list checker carries state between files.
        done = subprocess.run(
            ["clang-tidy", "-quiet", f"--config-file={tree}/.clang-tidy",
             "-p", folder, path], text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return checked(done, path)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return "".join(pool.map(one, files))


def accepted(tree):
    """{(checker, check, path): reason} of tests/static.tsv"""
    lines = {}
    with open(os.path.join(tree, "tests/static.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                checker, check, path, reason = line.rstrip("\n").split("\t")
                lines[checker, check, path] = reason
    return lines


def judge(checker, found, known, looked_at):
    """A result per finding and per file without one; one too per exception
    that no finding needs."""
    results = []
    bad = {path for check, path in found if (checker, check, path) not in known}
    for (check, path), lines in sorted(found.items()):
        if path in bad and (checker, check, path) not in known:
            results.append(Result(f"static:{checker}:{path}:{check}", FAILED,
                                  "\n".join(lines)))
    for path in looked_at:
        if path not in bad:
            results.append(Result(f"static:{checker}:{path}", PASSED))
    for name, check, path in known:
        if name == checker and path in looked_at and (check, path) not in found:
            results.append(Result(
                f"static:{checker}:{path}:{check}", FAILED,
                "tests/static.tsv excuses a finding that is not there"))
    return results


def everything(tree, build, folder, is_long):
    os.makedirs(folder, exist_ok=True)
    files = write_database(tree, build, f"{folder}/compile_commands.json")
    known = accepted(tree)
    product = [f for f in files
               if is_long or os.path.relpath(f, tree).startswith(ROOMS)]
    results = []
    for checker, text, looked_at in (
            ("cppcheck", cppcheck(files, folder), files),
            ("clang-tidy", clang_tidy(product, folder, tree), product)):
        results += judge(checker, findings(tree, text), known,
                         [os.path.relpath(f, tree) for f in looked_at])
    return results
