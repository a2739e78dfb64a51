/*
 * Any bytes as the file of the session registry, and as the files of /proc: no
 * record that is taken names root or an ordinary local uid, and every string
 * ends.
 */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "replay.h"
#include "session_file.h"

#define ENDS(text) (memchr(text, '\0', sizeof(text)) != NULL)

static const uint8_t boot[16] = {1};

static int
take(void *arg, enum session_file_kind kind, const struct session *s)
{
	size_t *n = arg;

	if ((kind != SESSION_SET && kind != SESSION_GONE) ||
	    s->uid < DIR_ID_FLOOR || s->leader < 0 || s->leader == 1 ||
	    strlen(s->handle) != PROTOCOL_TICKET_SIZE ||
	    !directory_is_okta_id(s->person) || !ENDS(s->name) ||
	    !ENDS(s->account) || !ENDS(s->service) || !ENDS(s->tty) ||
	    !ENDS(s->rhost) || !ENDS(s->factors))
		abort();
	++*n;
	return 0;
}

static void
as_proc(const uint8_t *data, size_t size)
{
	struct proc p = {0};
	char *text = malloc(size + 1);

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (proc_parse_stat(text, &p) == OKTA_OK &&
	    (p.ppid < 0 || memchr(p.comm, '\0', sizeof(p.comm)) == NULL))
		abort();
	(void)proc_parse_status(text, &p);
	proc_parse_cgroup(text, &p);
	(void)proc_parse_number(text);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_record r;
	struct session s;
	size_t n = 0;

	as_proc(data, size);
	if (session_file_scan(data, size, boot, take, &n) != n ||
	    n > size / sizeof(r))
		abort();
	/* The same bytes with a right checksum, so that what is behind it is
	 * reached. */
	if (size < sizeof(s))
		return 0;
	memcpy(&s, data, sizeof(s));
	session_file_make(&r, boot, SESSION_SET, &s);
	session_file_scan(&r, sizeof(r), boot, take, &n);
	return 0;
}
