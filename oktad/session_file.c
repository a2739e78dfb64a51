#include "session_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

enum {
	MAGIC = 0x6f6b7332, /* "oks2" */
	FILE_MAX = 16 << 20
};

int
session_file_init(struct session_file *f, const char *path)
{
	*f = (struct session_file){.fd = -1};
	if (path == NULL)
		return 0;
	/* Without a boot id nothing in the file can be of this boot, nor can
	 * anything be written that will be. */
	if (directory_boot_id(f->boot_id) != OKTA_OK)
		return 0;
	f->path = strdup(path);
	return f->path != NULL ? 0 : -1;
}

void
session_file_close(struct session_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct session_file){.fd = -1};
}

static uint64_t
checksum(const struct session_record *r)
{
	return directory_checksum(r, offsetof(struct session_record, checksum));
}

static int
is_text(const char *s, size_t size, int may_be_empty)
{
	size_t len = strnlen(s, size);

	if (len == size || (len == 0 && !may_be_empty))
		return 0;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' || (unsigned char)s[i] >= 127)
			return 0;
	return 1;
}

static int
is_handle(const char *s)
{
	return memchr(s, '\0', PROTOCOL_TICKET_SIZE) == NULL &&
	    s[PROTOCOL_TICKET_SIZE] == '\0' &&
	    strspn(s, "0123456789abcdef") == PROTOCOL_TICKET_SIZE;
}

/* A uid below the floor is never one of ours, whatever the file says (T105). */
static int
is_sound(const struct session *s)
{
	return is_handle(s->handle) &&
	    is_text(s->person, sizeof(s->person), 0) &&
	    directory_is_okta_id(s->person) &&
	    is_text(s->name, sizeof(s->name), 0) &&
	    is_text(s->account, sizeof(s->account), 1) &&
	    is_text(s->service, sizeof(s->service), 0) &&
	    is_text(s->tty, sizeof(s->tty), 1) &&
	    is_text(s->rhost, sizeof(s->rhost), 1) &&
	    is_text(s->factors, sizeof(s->factors), 1) &&
	    s->uid >= DIR_ID_FLOOR && s->uid <= DIR_ID_CEILING &&
	    (s->state == SESSION_OPEN || s->state == SESSION_LEFT) &&
	    s->leader >= 0 && s->leader != 1 && s->is_login <= 1 &&
	    (!s->is_login || s->audit != PROC_UNSET);
}

static int
is_whole(const struct session_record *r, const uint8_t boot_id[16])
{
	return r->magic == MAGIC && r->checksum == checksum(r) &&
	    memcmp(r->boot_id, boot_id, sizeof(r->boot_id)) == 0 &&
	    (r->kind == SESSION_SET || r->kind == SESSION_GONE) &&
	    is_sound(&r->session);
}

void
session_file_make(struct session_record *r, const uint8_t boot_id[16],
    enum session_file_kind kind, const struct session *s)
{
	memset(r, 0, sizeof(*r));
	r->magic = MAGIC;
	r->kind = kind;
	memcpy(r->boot_id, boot_id, sizeof(r->boot_id));
	r->session = *s;
	r->checksum = checksum(r);
}

size_t
session_file_scan(const void *bytes, size_t len, const uint8_t boot_id[16],
    int (*take)(
	void *arg, enum session_file_kind kind, const struct session *s),
    void *arg)
{
	struct session_record r;
	size_t n = 0;

	for (const char *p = bytes; len >= sizeof(r); len -= sizeof(r)) {
		memcpy(&r, p, sizeof(r));
		p += sizeof(r);
		if (!is_whole(&r, boot_id))
			continue;
		if (take(arg, r.kind, &r.session) != 0)
			break;
		n++;
	}
	return n;
}

int
session_file_load(struct session_file *f,
    int (*take)(
	void *arg, enum session_file_kind kind, const struct session *s),
    void *arg, struct error *e)
{
	struct secret content = {0};
	struct stat st;
	int fd, rc = -1;

	if (f->path == NULL)
		return 0;
	fd = open(f->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : error_errno(e, "%s", f->path);
	if (fstat(fd, &st) != 0)
		error_errno(e, "%s", f->path);
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0)
		error_set(e, ERROR_SYSTEM,
		    "%s: must be a file that only root may read and write; "
		    "the sessions in it are not believed",
		    f->path);
	else
		rc = file_read_fd(fd, f->path, FILE_MAX, &content, e);
	close(fd);
	if (rc == 0)
		session_file_scan(
		    content.bytes, content.len, f->boot_id, take, arg);
	secret_clear(&content);
	return rc;
}

int
session_file_replace(struct session_file *f, const struct session *sessions,
    size_t n, struct error *e)
{
	struct session_record r;
	struct file_new new;
	int rc;

	if (f->path == NULL)
		return 0;
	rc = file_new_begin(&new, f->path, geteuid(), getegid(), 0600, 0, e);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		session_file_make(&r, f->boot_id, SESSION_SET, &sessions[i]);
		rc = file_new_write(&new, &r, sizeof(r), e);
	}
	if (rc == 0)
		rc = file_new_place(&new, e);
	file_new_drop(&new);
	if (rc != 0)
		return -1;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = open(f->path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	f->records = n;
	return f->fd >= 0 ? 0 : error_errno(e, "%s", f->path);
}

int
session_file_append(struct session_file *f, enum session_file_kind kind,
    const struct session *s, struct error *e)
{
	struct session_record r;
	ssize_t n;

	if (f->path == NULL)
		return 0;
	if (f->fd < 0)
		return error_set(e, ERROR_SYSTEM, "%s: is not open", f->path);
	session_file_make(&r, f->boot_id, kind, s);
	n = write(f->fd, &r, sizeof(r));
	if (n == (ssize_t)sizeof(r)) {
		f->records++;
		return 0;
	}
	if (n >= 0)
		errno = ENOSPC;
	error_errno(e, "%s", f->path);
	/* A cut record would put every later one out of step. */
	close(f->fd);
	f->fd = -1;
	return -1;
}
