"""Checkers over the files of the tree. One result per checker and file."""

import os
import re
import subprocess

from result import FAILED, PASSED, Result

GENERATED = ("autom4te.cache", "build-aux", "m4")
LINES_MAX = 500


def files(tree):
    """Paths of the tree's own files, relative to it."""
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(
            d for d in folders
            if not d.startswith((".git", "_b")) and d != "__pycache__" and
            not (folder == tree and d in GENERATED))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), tree)


def everything(tree):
    found = []
    for path in files(tree):
        if re.search(r"\.[1-8]$", path):
            found.append(_program(tree, "mandoc", path, [
                "mandoc", "-Tlint", "-W", "warning", path]))
        elif path.endswith((".c", ".h")):
            found.append(_length(tree, path))
            found.append(_program(tree, "clang-format", path, [
                "clang-format", "--dry-run", "-Werror", path]))
        elif path.endswith(".py") or _starts(tree, path, b"#!/usr/bin/python3"):
            found.append(_python(tree, path))
            found.append(_length(tree, path))
        elif _starts(tree, path, b"#!/bin/sh") and path != "configure":
            found.append(_program(tree, "shellcheck", path,
                                  ["shellcheck", path]))
        elif path.endswith(".mk") or path == "Makefile.am":
            found.append(_fragment(tree, path))
    return found


def _starts(tree, path, magic):
    full = os.path.join(tree, path)
    if not os.access(full, os.X_OK) or not os.path.isfile(full):
        return False
    with open(full, "rb") as f:
        return f.read(len(magic)) == magic


def _program(tree, checker, path, argv):
    done = subprocess.run(argv, cwd=tree, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return Result(f"lint:{checker}:{path}",
                  FAILED if done.returncode else PASSED, done.stdout)


def _python(tree, path):
    with open(os.path.join(tree, path), "rb") as f:
        text = f.read()
    try:
        compile(text, path, "exec")
    except SyntaxError as e:
        return Result(f"lint:python:{path}", FAILED, str(e))
    return Result(f"lint:python:{path}", PASSED)


def _fragment(tree, path):
    """A line of a list that lost its head becomes a recipe line of whatever
    rule automake printed last: only `make distcheck` would meet it."""
    lost = []
    with open(os.path.join(tree, path), encoding="utf-8") as f:
        continued = in_rule = False
        for number, line in enumerate(f, 1):
            if not continued and line.startswith("\t") and not in_rule:
                lost.append(f"{path}:{number}: belongs to nothing: {line}")
            if not continued and re.match(r"[^\t#\n]", line):
                in_rule = re.match(r"[^=]*:(?!=)", line) is not None
            continued = line.endswith("\\\n")
    return Result(f"lint:fragment:{path}", FAILED if lost else PASSED,
                  "".join(lost))


def _length(tree, path):
    with open(os.path.join(tree, path), "rb") as f:
        count = sum(1 for _ in f)
    return Result(f"lint:length:{path}",
                  FAILED if count > LINES_MAX else PASSED,
                  f"{count} lines; {LINES_MAX} is a split")
