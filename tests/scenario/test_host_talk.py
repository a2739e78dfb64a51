"""tests/host/talk: the hands and eyes at a terminal."""

import os
import subprocess

from private_host import TREE

TALK = os.path.join(TREE, "tests/host/talk")


def talk(*argv):
    return subprocess.run([TALK, *argv], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, check=False)


def test_answers_are_typed_in_order_and_each_once():
    done = talk("-e", "one", "1", "-e", "two", "2", "--", "sh", "-c",
                "printf one; read a; printf two; read b; echo $a-$b; exit 5")
    assert done.returncode == 5
    assert done.stdout.endswith("1-2\n")


def test_command_has_a_terminal_and_keys_reach_it_as_signals():
    assert talk("--", "sh", "-c", "test -t 0 -a -t 1").returncode == 0
    assert talk("-e", "up", "^C", "--", "sh", "-c",
                "echo up; exec sleep 30").returncode == 130


def test_command_can_be_hung_up_on():
    assert talk("-e", "up", "^HUP", "--", "sh", "-c",
                "echo up; exec sleep 30").returncode == 129
    # The kernel tells it so.
    assert talk("-e", "up", "^closed", "--", "sh", "-c",
                "echo up; exec sleep 30").returncode == 129


def test_command_that_asks_more_than_was_foretold_is_ended():
    assert talk("-t", "1", "--", "cat").returncode == 124
