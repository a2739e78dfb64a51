#include "session_who.h"

#include <string.h>

#include "person.h"
#include "session_grace.h"

/* Who is behind a login to an account of several people? */
static const char *
choose(struct sessions *sessions, const struct hello *h,
    const struct session_proofs *by, struct slice_person *p)
{
	const struct session *login =
	    session_of_login(sessions, h->uid, by->origin);
	char id[DIR_OKTA_ID_MAX + 1] = "";
	int n = by->key[0] != '\0'
	    ? person_by_key(&person_files_here, p, by->key, id)
	    : 0;

	/* Whoever has logged in is not known any more, and must be. */
	if (by->has_bad_ticket)
		return "the ticket is not good";
	if (n > 1)
		return "this ssh key belongs to several people in Okta";
	if (by->key[0] != '\0' && n == 0)
		return "this ssh key is not one that Okta has of anybody "
		       "behind the account";
	if (by->person[0] != '\0' && n == 1 && strcmp(by->person, id) != 0)
		return "the ssh key and the password are of two people";
	if (by->person[0] != '\0')
		person_choose(
		    &person_files_here, NULL, by->person, h->service, p);
	else if (n == 1)
		person_choose(&person_files_here, NULL, id, h->service, p);
	else if (strncmp(h->service, "sshd", 4) == 0)
		return "nobody of Okta is behind this login";
	/* An sshd of another name, or what else lets in from elsewhere: this
	 * is nothing that the host does by itself, and whoever started that
	 * daemon inside of a login is not who comes through it. */
	else if (by->rhost[0] != '\0')
		return "nobody of Okta is behind this login from elsewhere";
	else if (login != NULL)
		person_choose(
		    &person_files_here, NULL, login->person, h->service, p);
	return NULL;
}

const char *
session_who(struct sessions *sessions, const struct hello *h,
    const struct session_proofs *by, struct slice_person *p)
{
	const char *why = NULL;

	*p = (struct slice_person){0};
	person_find(&person_files_here, h->uid, h->service, p);
	if (p->account[0] == '\0')
		return NULL;
	if (p->asks_who)
		why = choose(sessions, h, by, p);
	if (why != NULL || p->asks_who)
		return why;
	if (p->id[0] == '\0')
		return "this person is not behind this account any more";
	if (by->person[0] != '\0' && strcmp(by->person, p->id) != 0)
		return "somebody else is behind this account by now";
	return person_refusal(&person_files_here, p, h->service, by->rhost,
	    by->person[0] != '\0');
}
