#include "publish_check.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "directory_check.h"
#include "directory_walk.h"
#include "name.h"

/* Local files always win (T13). They are short, so their entries are looked up
 * in the directory and not the other way round. */
static int
add_local(struct publish_work *w, const char *path, const char *name,
    uint32_t id, struct error *e)
{
	struct publish_local *l =
	    reallocarray(w->locals, w->nlocals + 1, sizeof(*l));

	if (l == NULL)
		return error_errno(e, "%s", path);
	w->locals = l;
	l += w->nlocals++;
	l->path = path;
	l->id = id;
	l->name[0] = '\0';
	if (strlen(name) <= DIR_NAME_MAX)
		strcpy(l->name, name);
	return 0;
}

static int
read_local(struct publish_work *w, struct error *e)
{
	const struct publish_place *where = w->where;
	struct passwd *pw;
	struct group *gr;
	int rc = 0;
	FILE *f = fopen(where->passwd, "re");

	if (f == NULL)
		return error_errno(e, "%s", where->passwd);
	while (rc == 0 && (pw = fgetpwent(f)) != NULL)
		rc = add_local(w, where->passwd, pw->pw_name, pw->pw_uid, e);
	fclose(f);
	if (rc != 0)
		return -1;
	f = fopen(where->group, "re");
	if (f == NULL)
		return error_errno(e, "%s", where->group);
	while (rc == 0 && (gr = fgetgrent(f)) != NULL)
		rc = add_local(w, where->group, gr->gr_name, gr->gr_gid, e);
	fclose(f);
	return rc;
}

static int
copy_list(char *const **list, struct error *e)
{
	char *const *from = *list;
	size_t n = 0;
	char **copy;

	while (from != NULL && from[n] != NULL)
		n++;
	*list = copy = calloc(n + 1, sizeof(*copy));
	if (copy == NULL)
		return error_errno(e, "lists of okta.conf");
	for (size_t i = 0; i < n; i++)
		if ((copy[i] = strdup(from[i])) == NULL)
			return error_errno(e, "lists of okta.conf");
	return 0;
}

/* The strings are okta.conf's, which is a secret: copied before that goes. */
static int
copy_strings(struct publish_rules *r, struct error *e)
{
	r->shell = strdup(r->shell);
	if (r->shell == NULL)
		return error_errno(e, "shell");
	if (copy_list(&r->shells, e) != 0 || copy_list(&r->rule_ids, e) != 0 ||
	    copy_list(&r->local_groups, e) != 0 ||
	    copy_list(&r->local_accounts, e) != 0)
		return -1;
	return copy_list(&r->veto, e);
}

int
publish_prepare(struct publish_work *w, struct error *e)
{
	const struct dir_header *h = (const void *)w->directory.bytes;
	const struct local here = {.dir = w->where->etc, .watch = -1};

	if (former_match_new(&w->image, w->directory.size, w->people.size,
		h->groups, e) != 0 ||
	    (w->old.header != NULL && w->old_people.header != NULL &&
		former_match_new(&w->current, w->old.size, w->old_people.size,
		    w->old.header->groups, e) != 0))
		return -1;
	if (local_subordinate(&here, &w->spans, e) != 0 ||
	    copy_strings(&w->rules, e) != 0)
		return -1;
	return read_local(w, e);
}

static int
fault_set(struct error *e, const char *what, const struct directory_fault *f)
{
	char name[DIR_NAME_MAX + 1];

	name_filter_text(name, sizeof(name), f->name, strlen(f->name));
	return error_set(e, ERROR_PROTOCOL, "%s: %s (id %u, name %s)", what,
	    f->what != NULL ? f->what : "damaged", (unsigned int)f->id,
	    name[0] != '\0' ? name : "-");
}

static int
is_reserved_name(void *arg, const char *name)
{
	(void)arg;
	return name_is_reserved(name);
}

static int
is_never(void *arg, uint32_t id)
{
	(void)arg;
	(void)id;
	return 0;
}

/* Does anybody of the directory have this name, or this number? People and
 * groups share one space of each. */
static int
has_name(const struct directory *d, const char *name)
{
	struct directory_user u;
	struct directory_group g;

	return directory_user_by_name(d, name, &u) != OKTA_ABSENT ||
	    directory_group_by_name(d, name, &g) != OKTA_ABSENT;
}

static int
has_id(const struct directory *d, uint32_t id)
{
	struct directory_user u;
	struct directory_group g;

	return directory_user_by_uid(d, id, &u) != OKTA_ABSENT ||
	    directory_group_by_gid(d, id, &g) != OKTA_ABSENT;
}

static int
check_local(
    const struct publish_work *w, const struct directory *d, struct error *e)
{
	for (size_t i = 0; i < w->nlocals; i++) {
		const struct publish_local *l = &w->locals[i];

		if (l->name[0] != '\0' && has_name(d, l->name))
			return error_set(e, ERROR_DENIED,
			    "directory: the name %s stands in %s", l->name,
			    l->path);
		if (has_id(d, l->id))
			return error_set(e, ERROR_DENIED,
			    "directory: the number %u stands in %s (%s)",
			    (unsigned int)l->id, l->path, l->name);
	}
	return 0;
}

static int
is_shell(const struct publish_rules *r, const char *shell)
{
	if (strcmp(shell, r->shell) == 0)
		return 1;
	for (size_t i = 0; r->shells[i] != NULL; i++)
		if (strcmp(shell, r->shells[i]) == 0)
			return 1;
	return 0;
}

/* What okta.conf decides is not for oktad-sync to say: for how long an old
 * directory is believed, whose keys are, which shells there are. */
static int
check_conf(
    const struct publish_rules *r, const struct directory *d, struct error *e)
{
	const struct dir_header *h = d->header;
	struct directory_walk walk = {.d = d};
	struct directory_user u;

	if (h->max_age_s != r->max_age_s ||
	    h->key_statuses != r->key_statuses || h->flags != r->flags)
		return error_set(e, ERROR_PROTOCOL,
		    "directory: max_age, key_login_status or enumerate is not "
		    "that of okta.conf");
	while (directory_walk_user(&walk, &u) == OKTA_OK)
		if (!is_shell(r, u.shell))
			return error_set(e, ERROR_PROTOCOL,
			    "directory: the shell of %s is not one of "
			    "okta.conf",
			    u.name);
	return 0;
}

/* Who belongs to what is oktad-sync's to say, but only of what okta.conf's own
 * rules name. */
static int
check_sources(const struct publish_rules *r, const struct directory *people,
    struct error *e)
{
	const struct dir_section *s = &people->section[DIR_SOURCES];
	const struct dir_source *list =
	    (const void *)(people->base + s->offset);

	for (uint32_t i = 0; i < s->count; i++) {
		char *const *id = r->rule_ids;

		while (*id != NULL && strcmp(*id, list[i].id) != 0)
			id++;
		if (*id == NULL)
			return error_set(e, ERROR_PROTOCOL,
			    "people: %s is in no access rule of okta.conf",
			    list[i].id);
	}
	return 0;
}

/* Keys open a local account only where okta.conf has somebody of Okta behind
 * it. */
static int
check_accounts(
    const struct publish_rules *r, const struct directory *d, struct error *e)
{
	struct directory_keys k;
	uint64_t offset = 0;
	const char *name;

	while (directory_next_account(d, &offset, &name, &k) == OKTA_OK) {
		char *const *pair = r->local_accounts;
		size_t len = strlen(name);

		while (*pair != NULL &&
		    (strncmp(*pair, name, len) != 0 || (*pair)[len] != ' '))
			pair++;
		if (*pair == NULL)
			return error_set(e, ERROR_DENIED,
			    "directory: ssh keys for the local account %s "
			    "against okta.conf",
			    name);
	}
	return 0;
}

/* Nor whom only the private file has: people behind local accounts, each by
 * their own id. */
static int
check_adopted(const struct publish_rules *r, const struct directory *d,
    const struct directory *people, struct error *e)
{
	struct directory_person p;
	struct directory_user u;
	uint64_t offset = 0;

	if (!r->has_keys && people->section[DIR_SSH_KEYS].size != 0)
		return error_set(e, ERROR_PROTOCOL,
		    "people: there are ssh keys, and okta.conf has no "
		    "ssh_keys_attribute");
	/* Then there is nobody (directory_check_people()). */
	if (people->header->users == d->header->users)
		return 0;
	while (directory_walk_people(people, &offset, &p) == OKTA_OK) {
		char *const *pair = r->local_accounts;

		if (directory_user_by_uid(d, p.uid, &u) == OKTA_OK)
			continue;
		/* Processes are ended by it (session_end.h), and former asks
		 * of the published alone. */
		if (p.uid < r->id_min || p.uid > r->id_max)
			return error_set(e, ERROR_PROTOCOL,
			    "people: the number %u of %s is out of id_range",
			    (unsigned int)p.uid, p.id);
		while (*pair != NULL &&
		    strcmp(*pair + strcspn(*pair, " ") + 1, p.id) != 0)
			pair++;
		if (*pair == NULL)
			return error_set(e, ERROR_PROTOCOL,
			    "people: %s is not in the directory, and behind no "
			    "local account by okta.conf",
			    p.id);
	}
	return 0;
}

/* Makes views of both files and checks them with all that is known here. */
static int
check_pair(struct publish_work *w, struct error *e)
{
	/* Of okta.conf's range former must be asked, too: check_range(). */
	struct directory_rules rules = {
	    .id_min = DIR_ID_FLOOR,
	    .id_max = DIR_ID_CEILING,
	    .is_taken_name = is_reserved_name,
	    .is_taken_id = is_never,
	    .has_keys = w->rules.has_keys,
	};
	struct directory *d = &w->directory.view, *people = &w->people.view;
	struct directory_fault fault = {0};

	if (directory_view(d, w->directory.bytes, w->directory.size,
		DIR_MAGIC_PUBLIC) != OKTA_OK)
		return error_set(e, ERROR_PROTOCOL, "directory: bad header");
	if (directory_view(people, w->people.bytes, w->people.size,
		DIR_MAGIC_PEOPLE) != OKTA_OK)
		return error_set(e, ERROR_PROTOCOL, "people: bad header");
	if (directory_check(d, &rules, &fault) != OKTA_OK)
		return fault_set(e, "directory", &fault);
	if (directory_check_people(people, d, &fault) != OKTA_OK)
		return fault_set(e, "people", &fault);
	if (check_sources(&w->rules, people, e) != 0 ||
	    check_adopted(&w->rules, d, people, e) != 0 ||
	    check_accounts(&w->rules, d, e) != 0 ||
	    publish_check_groups(w, e) != 0)
		return -1;
	return check_conf(&w->rules, d, e) == 0 ? check_local(w, d, e) : -1;
}

/* Does the published file say the same already? Generation, time and
 * checksums are oktad's own; all else must agree byte by byte. */
static int
is_same(const struct directory *old, const struct publish_file *new)
{
	struct dir_header a, b;

	if (old->header == NULL || old->size != new->size)
		return 0;
	memcpy(&a, old->base, sizeof(a));
	memcpy(&b, new->bytes, sizeof(b));
	a.generation = b.generation = 0;
	a.published = b.published = 0;
	a.body_checksum = b.body_checksum = 0;
	a.header_checksum = b.header_checksum = 0;
	return memcmp(&a, &b, sizeof(a)) == 0 &&
	    memcmp(old->base + sizeof(a), new->bytes + sizeof(b),
		new->size - sizeof(b)) == 0;
}

static int
write_all(int fd, const void *p, size_t len)
{
	const char *at = p;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Space first, so that a full disk is found out before anything is written. */
static int
write_file(const struct publish_work *w, const struct publish_file *f,
    const char *path, struct error *e)
{
	struct dir_header h;

	if (fallocate(f->out, 0, 0, (off_t)f->size) != 0 && errno != EOPNOTSUPP)
		return error_errno(e, "%s: %zu bytes of disk", path, f->size);
	memcpy(&h, f->bytes, sizeof(h));
	directory_stamp_header(&h, w->generation, w->published);
	if (write_all(f->out, &h, sizeof(h)) != 0 ||
	    write_all(f->out, f->bytes + sizeof(h), f->size - sizeof(h)) != 0 ||
	    fsync(f->out) != 0)
		return error_errno(e, "%s: write", path);
	return 0;
}

void
publish_decide(struct publish_work *w, struct publish_verdict *v)
{
	struct error e = {0}, now = {0};
	size_t before = 0;
	int is_former_good = publish_learn(w, &before, &e) == 0;

	memset(v, 0, sizeof(*v));
	/* okta.conf and the local files may have changed since then. */
	if (is_same(&w->old, &w->directory) &&
	    is_same(&w->old_people, &w->people)) {
		if (check_pair(w, &now) != 0 ||
		    (is_former_good && publish_hold(w, before, &now) != 0)) {
			e = now;
		} else {
			v->answer = PUBLISH_SAME;
			if (is_former_good && publish_note(w, before, &e) == 0)
				v->found = (uint32_t)w->nfound;
		}
	} else if (is_former_good && check_pair(w, &e) == 0 &&
	    publish_hold(w, before, &e) == 0 &&
	    publish_note(w, before, &e) == 0 &&
	    write_file(w, &w->people, w->where->people, &e) == 0 &&
	    write_file(w, &w->directory, w->where->directory, &e) == 0) {
		v->answer = PUBLISH_WRITTEN;
		v->found = (uint32_t)w->nfound;
		publish_count_lost(&w->old_people, &w->people.view, &v->loss);
	}
	v->kind = e.kind;
	memcpy(v->text, e.text, sizeof(v->text));
	v->nclashes = (uint32_t)w->image.nclashes;
	memcpy(v->clashes, w->image.clashes, sizeof(v->clashes));
}
