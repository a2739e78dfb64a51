"""The NSS module's own code under ThreadSanitizer: readers, replacements,
cancelled threads. And ThreadSanitizer is shown to see a fault in it."""

import os
import re
import subprocess

import pytest

from private_host import TREE

with open(f"{TREE}/nss_okta/local.mk", encoding="utf-8") as local:
    SOURCES = re.findall(r"\b\w+/\w+\.c\b", local.read())

# A crash ends the program; the sanitizer's own report of one may hang where
# other threads crash as well.
OPTIONS = "halt_on_error=1 handle_segv=0 handle_sigbus=0"

# In a folder with the files one and two. Its clock goes on by a second with
# each replacement.
PROGRAM = r"""
#include "config.h"
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "fill.h"

enum { READERS = 8, REPLACEMENTS = 400 };
#define UID 1879049193U
static atomic_uint seconds = 1000;
static atomic_int is_over;

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
	if (clock != CLOCK_MONOTONIC_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, ts);
	ts->tv_sec = (time_t)atomic_load(&seconds);
	ts->tv_nsec = 0;
	return 0;
}

static void
look_up(void)
{
	char buf[4096];
	struct passwd pw;
	struct group gr;
	int e;

	if (_nss_okta_getpwuid_r(UID, &pw, buf, sizeof(buf), &e) !=
		NSS_STATUS_SUCCESS || strcmp(pw.pw_name, "user1") != 0 ||
	    _nss_okta_getgrnam_r("group1", &gr, buf, sizeof(buf), &e) !=
		NSS_STATUS_SUCCESS)
		errx(1, "a look-up failed");
}

static void *
read_on(void *arg)
{
	(void)arg;
	while (!atomic_load(&is_over)) {
		look_up();
		pthread_testcancel();
	}
	return NULL;
}

static void
put(const char *from)
{
	unlink("lib/okta/public/new");
	if (link(from, "lib/okta/public/new") == -1 ||
	    rename("lib/okta/public/new", "lib/okta/public/directory") == -1)
		err(1, "%s", from);
	atomic_fetch_add(&seconds, 1);
}

int
main(void)
{
	pthread_t threads[READERS];
	int n;

	put("one");
	for (n = 0; n < READERS; n++)
		pthread_create(&threads[n], NULL, read_on, NULL);
	for (n = 0; n < REPLACEMENTS; n++) {
		put(n % 2 ? "one" : "two");
		look_up();
		if (n % 40 == 0) {
			pthread_cancel(threads[n / 40 % READERS]);
			pthread_join(threads[n / 40 % READERS], NULL);
			pthread_create(&threads[n / 40 % READERS], NULL,
			    read_on, NULL);
		}
	}
	atomic_store(&is_over, 1);
	for (n = 0; n < READERS; n++)
		pthread_join(threads[n], NULL);
	puts("done");
	return 0;
}
"""


def run(build, folder, spoil):
    """Builds the program with the text of one source replaced, and runs it."""
    subprocess.run(["make", "-s", "-C", build, "tests/make_snapshot"],
                   check=True)
    (folder / "lib/okta/public").mkdir(parents=True)
    for name, groups in (("one", "3"), ("two", "5")):
        subprocess.run([f"{build}/tests/make_snapshot", "50", groups, "2",
                        folder / name], check=True)
    (folder / "main.c").write_text(PROGRAM, encoding="ascii")
    sources = []
    for source in SOURCES:
        with open(f"{TREE}/{source}", encoding="utf-8") as f:
            text = f.read()
        for old, new in spoil:
            text = text.replace(old, new)
        sources.append(folder / source.replace("/", "_"))
        sources[-1].write_text(text, encoding="utf-8")
    subprocess.run(
        ["gcc", "-g", "-O1", "-fsanitize=thread", "-D_GNU_SOURCE",
         "-DOKTA_LOCALSTATEDIR=\".\"", "-DOKTA_SYSCONFDIR=\"/etc\"",
         "-DOKTA_RUNSTATEDIR=\"/run\"", "-DOKTA_TRUSTED_UID=geteuid()",
         f"-I{build}", f"-I{TREE}/libokta", f"-I{TREE}/nss_okta", "-o",
         folder / "program", folder / "main.c", *sources, "-pthread"],
        check=True)
    return subprocess.run(
        ["setarch", "-R", folder / "program"], cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        timeout=300, env={**os.environ, "TSAN_OPTIONS": OPTIONS})


@pytest.mark.threat("T69")
def test_no_race_among_readers_and_replacements(build, tmp_path):
    done = run(build, tmp_path, [])
    assert done.returncode == 0, done.stdout[-3000:]
    assert done.stdout == "done\n"


def test_a_reader_that_does_not_count_itself_is_found_out(build, tmp_path):
    done = run(build, tmp_path, [
        ("atomic_fetch_add(&s->stripes[m->stripe].readers, 1)", "(void)s"),
        ("atomic_fetch_sub(&s->stripes[m->stripe].readers, 1)", "(void)s")])
    assert done.returncode != 0
