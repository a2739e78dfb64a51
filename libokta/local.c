/*
 * /etc/passwd and /etc/group share the three fields that matter: name, a
 * password mark, number. One pass, byte by byte in a small buffer: no line is
 * too long and nothing is allocated.
 */
#include "local.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { NAME_FIELD = 0, ID_FIELD = 2 };

struct scan {
	const char *name; /* wanted; NULL: id is */
	uint32_t id;
	/* the line being read */
	unsigned int field;
	size_t matched;	   /* bytes of name that agree so far */
	int is_started;	   /* a byte that is not blank was seen */
	int is_same_name;
	int is_number;	   /* field 2 is digits, and fits */
	uint64_t number;
};

static void
begin_line(struct scan *s)
{
	s->field = NAME_FIELD;
	s->matched = 0;
	s->is_started = 0;
	s->is_same_name = 1;
	s->is_number = 0;
	s->number = 0;
}

static void
take_byte(struct scan *s, char c)
{
	/* glibc's files backend skips blanks in front of a name; a person that
	 * it finds there is local for us, too. */
	if (!s->is_started && (c == ' ' || c == '\t'))
		return;
	s->is_started = 1;
	if (c == ':') {
		if (s->field == NAME_FIELD && s->name != NULL &&
		    s->name[s->matched] != '\0')
			s->is_same_name = 0;
		s->field++;
		return;
	}
	if (s->field == NAME_FIELD && s->name != NULL && s->is_same_name) {
		if (s->name[s->matched] == c)
			s->matched++;
		else
			s->is_same_name = 0;
	}
	if (s->field == ID_FIELD && s->number <= UINT32_MAX) {
		s->is_number = c >= '0' && c <= '9';
		s->number = s->is_number ? s->number * 10 + (uint64_t)(c - '0')
					 : UINT64_MAX;
	}
}

static int
is_wanted(const struct scan *s)
{
	if (s->field == NAME_FIELD)
		return 0; /* no colon: not an entry */
	if (s->name != NULL)
		return s->is_same_name;
	return s->is_number && s->number == s->id;
}

/* 1 and s is at the entry, 0, or OKTA_SYSTEM. */
static int
scan_file(struct scan *s, const char *path)
{
	char buf[512];
	ssize_t n;
	int found = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return OKTA_SYSTEM;
	begin_line(s);
	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n && !found; i++) {
			if (buf[i] != '\n') {
				take_byte(s, buf[i]);
				continue;
			}
			found = is_wanted(s);
			if (!found)
				begin_line(s);
		}
		if (found)
			break;
	}
	if (n == 0)
		found = is_wanted(s); /* a last line without its newline */
	close(fd);
	return n < 0 ? OKTA_SYSTEM : found;
}

static int
has_name(const char *path, const char *name, uint32_t *id)
{
	struct scan s = {.name = name};
	int r;

	if (id != NULL)
		*id = UINT32_MAX;
	if (name[0] == '\0' || strpbrk(name, ":\n") != NULL)
		return 0;
	r = scan_file(&s, path);
	if (r == 1 && id != NULL && s.is_number && s.number <= UINT32_MAX)
		*id = (uint32_t)s.number;
	return r;
}

static int
has_id(const char *path, uint32_t id)
{
	struct scan s = {.id = id};

	return scan_file(&s, path);
}

int
local_has_user(const char *path, const char *name, uint32_t *id)
{
	return has_name(path, name, id);
}

int
local_has_uid(const char *path, uint32_t uid)
{
	return has_id(path, uid);
}

int
local_has_group(const char *path, const char *name, uint32_t *id)
{
	return has_name(path, name, id);
}

int
local_has_gid(const char *path, uint32_t gid)
{
	return has_id(path, gid);
}
