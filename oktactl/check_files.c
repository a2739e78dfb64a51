/*
 * What must lie on the disk, whose it is and who may write it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "directory.h"
#include "directory_check.h"
#include "paths.h"
#include "rules.h"
#include "rules_write.h"

struct expected {
	const char *path;
	mode_t mode; /* exact permission bits */
	int is_dir;
};

static const struct expected expected[] = {
    {OKTA_SYSCONFDIR "/okta", 0755, 1},
    {OKTA_STATE_DIR, 0755, 1},
    {OKTA_PUBLIC_DIR, 0755, 1},
    {OKTA_PRIVATE_DIR, 0700, 1},
    {OKTA_DIRECTORY_PATH, 0644, 0},
    {OKTA_CONFIRMED_PATH, 0644, 0},
    {OKTA_PEOPLE_PATH, 0600, 0},
    {OKTA_FORMER_PATH, 0600, 0},
    {OKTA_RULES_PATH, 0600, 0},
};

static void
check_mode(struct findings *all, const struct expected *x)
{
	struct stat st;

	if (lstat(x->path, &st) == -1) {
		if (errno == ENOENT && x->is_dir)
			findings_add(all, "folder-missing", SEVERITY_ERROR,
			    x->path, 0,
			    "the folder is not there|install -d -m %04o %s",
			    (unsigned int)x->mode, x->path);
		return;
	}
	if (x->is_dir ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
		findings_add(all, "file-kind", SEVERITY_ERROR, x->path, 0,
		    "not a %s|mv %s %s.strange && systemctl restart oktad",
		    x->is_dir ? "folder" : "regular file", x->path, x->path);
		return;
	}
	if (st.st_uid != 0)
		findings_add(all, "file-owner", SEVERITY_ERROR, x->path, 0,
		    "belongs to uid %u, not to root; nobody believes it|chown "
		    "root:root %s",
		    (unsigned int)st.st_uid, x->path);
	/* More rights than wanted are an open door; fewer hide people. */
	if ((st.st_mode & 07777 & ~x->mode) != 0 ||
	    (x->mode & ~st.st_mode & 0444) != 0)
		findings_add(all, "file-mode", SEVERITY_ERROR, x->path, 0,
		    "mode is %04o, should be %04o|chmod %04o %s",
		    (unsigned int)(st.st_mode & 07777), (unsigned int)x->mode,
		    (unsigned int)x->mode, x->path);
}

static void
check_module(struct findings *all, const char *path, const char *what)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		return;
	findings_add(all, "module-missing", SEVERITY_ERROR, path, 0,
	    "%s is not installed|make install, in the folder where it was "
	    "built; or install the package again",
	    what);
}

/* Whether a local account stands in a person's way is the publisher's
 * question; here only the file is judged. */
static int
is_no_name_taken(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static int
is_no_id_taken(void *arg, uint32_t id)
{
	(void)arg;
	(void)id;
	return 0;
}

static void
check_directory(struct findings *all)
{
	/* Numbers outside of id_range are the publisher's question, too. */
	const struct directory_rules rules = {
	    .id_min = DIR_ID_FLOOR,
	    .id_max = DIR_ID_CEILING,
	    .is_taken_name = is_no_name_taken,
	    .is_taken_id = is_no_id_taken,
	    .has_keys = 1,
	};
	struct directory_fault fault;
	struct directory d;
	uint64_t age;
	int code;

	code = directory_open(&d, OKTA_DIRECTORY_PATH, DIR_MAGIC_PUBLIC);
	if (code == OKTA_ABSENT) {
		findings_add(all, "directory-missing", SEVERITY_ERROR,
		    OKTA_DIRECTORY_PATH, 0,
		    "nothing is published yet, so nobody is known|oktactl "
		    "sync");
		return;
	}
	if (code == OKTA_UNSAFE)
		return; /* said by check_mode() */
	if (code != OKTA_OK || directory_check(&d, &rules, &fault) != OKTA_OK) {
		findings_add(all, "directory-damaged", SEVERITY_ERROR,
		    OKTA_DIRECTORY_PATH, 0,
		    "damaged or of another version|rm %s && systemctl restart "
		    "oktad && oktactl sync",
		    OKTA_DIRECTORY_PATH);
		directory_close(&d);
		return;
	}
	if (directory_age(OKTA_CONFIRMED_PATH, &age) != OKTA_OK)
		findings_add(all, "age-unknown", SEVERITY_ERROR,
		    OKTA_CONFIRMED_PATH, 0,
		    "it is not known when Okta last agreed with the "
		    "directory, so key logins are refused|oktactl sync");
	else if (age > d.header->max_age_s)
		findings_add(all, "directory-old", SEVERITY_ERROR,
		    OKTA_DIRECTORY_PATH, 0,
		    "Okta last agreed with it %" PRIu64 " s ago, max_age is "
		    "%" PRIu32 " s: key logins are refused|oktactl sync",
		    age, d.header->max_age_s);
	directory_close(&d);
}

/* What the account phase obeys, and what okta.conf says by now. */
static void
check_rules(struct findings *all, const struct conf *conf)
{
	struct error e = {0};
	struct directory d;
	struct buf b;
	int code = directory_open(&d, OKTA_RULES_PATH, DIR_MAGIC_RULES);

	if (code == OKTA_UNSAFE)
		return; /* said by check_mode() */
	if (code != OKTA_OK) {
		findings_add(all, "rules-missing", SEVERITY_ERROR,
		    OKTA_RULES_PATH, 0,
		    "the access rules are not there or damaged, so nobody of "
		    "Okta may enter|systemctl restart oktad");
		return;
	}
	if (rules_build(conf, &b, &e) == 0) {
		if (d.size != b.len || memcmp(d.base, b.bytes, b.len) != 0)
			findings_add(all, "rules-old", SEVERITY_WARNING,
			    OKTA_RULES_PATH, 0,
			    "okta.conf has other access rules by now|systemctl "
			    "reload oktad");
		buf_clear(&b);
	}
	directory_close(&d);
}

void
check_files(struct findings *all, const struct conf *conf)
{
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		check_mode(all, &expected[i]);
	check_module(all, OKTA_LIBDIR "/libnss_okta.so.2", "the NSS module");
	check_module(all, OKTA_PAMDIR "/pam_okta.so", "the PAM module");
	if (conf != NULL) {
		check_directory(all);
		check_rules(all, conf);
	}
}
