#include "rules.h"

#include <string.h>

#include "address.h"

/* OKTA_OK and a word, OKTA_ABSENT at the end, OKTA_BAD. */
static int
next(struct rules_words *w, const char **word)
{
	size_t len = w->left > 0 ? (uint8_t)*w->p : 0;

	if (w->left == 0)
		return OKTA_ABSENT;
	if (len < 2 || len >= w->left || w->p[len] != '\0')
		return OKTA_BAD;
	*word = w->p + 1;
	w->p += len + 1;
	w->left -= len + 1;
	return OKTA_OK;
}

/* The words behind "KIND NAME". OKTA_OK, OKTA_ABSENT, OKTA_BAD. */
static int
find_block(const struct directory *rules, char kind, const char *name,
    struct rules_words *w)
{
	const struct dir_section *s = &rules->section[DIR_RULES];
	const char *word;
	int r;

	w->p = (const char *)rules->base + s->offset;
	w->left = s->size;
	while ((r = next(w, &word)) == OKTA_OK)
		if (word[0] == kind && strcmp(word + 1, name) == 0)
			break;
	return r;
}

/* The next word of a block; OKTA_ABSENT behind the last one. */
static int
next_of_block(struct rules_words *w, const char **word)
{
	int r = next(w, word);

	return r == OKTA_OK && strchr("sLM", **word) != NULL ? OKTA_ABSENT : r;
}

/* Is the person in that group or app, the address in that zone? An answer, or
 * OKTA_BAD. */
static int
answer_source(const struct directory *people, const struct rules_query *q,
    const uint8_t *from, const char *word)
{
	uint32_t source;
	int r = directory_source_by_id(people, word + 1, &source);

	if (r == OKTA_ABSENT)
		return ANSWER_UNKNOWN;
	if (r == OKTA_OK)
		r = word[0] == 'z' ? directory_has_address(people, source, from)
				   : directory_belongs(people, q->uid, source);
	if (r == OKTA_OK)
		return ANSWER_YES;
	return r == OKTA_ABSENT ? ANSWER_NO : OKTA_BAD;
}

struct address_net
rules_net(const char *bytes)
{
	struct address_net net = {.bits = (uint8_t)bytes[16]};

	memcpy(net.bytes, bytes, sizeof(net.bytes));
	return net;
}

/* An answer, or OKTA_BAD: a word that has no place in a list of these kinds. */
static int
answer(const struct directory *people, const struct rules_query *q,
    const uint8_t *from, const char *kinds, const char *word)
{
	struct address_net net;

	if (strchr(kinds, word[0]) == NULL)
		return OKTA_BAD;
	switch (word[0]) {
	case 'p':
		return strcmp(word + 1, q->id) == 0 ? ANSWER_YES : ANSWER_NO;
	case 'n':
		if ((uint8_t)word[-1] != RULES_NET_SIZE)
			return OKTA_BAD;
		net = rules_net(word + 1);
		return address_is_in(from, &net) ? ANSWER_YES : ANSWER_NO;
	default:
		return answer_source(people, q, from, word);
	}
}

int
rules_answer(const struct directory *rules, const struct directory *people,
    const struct rules_query *q, struct access_facts *f)
{
	static const char heads[] = "DAF", *const kinds[] = {"d", "a", "nz"};
	struct access_rule *const lists[] = {&f->deny, &f->allow, &f->from};
	const int is_local = q->from == NULL || q->from[0] == '\0';
	const char *word, *head = NULL;
	struct access_rule *rule = NULL;
	struct rules_words w;
	uint8_t from[16] = {0};
	int r;

	f->deny = f->allow = f->from = (struct access_rule){0};
	r = find_block(rules, 's', q->service != NULL ? q->service : "", &w);
	if (r == OKTA_ABSENT)
		r = find_block(rules, 's', "default", &w);
	while (r == OKTA_OK && (r = next_of_block(&w, &word)) == OKTA_OK) {
		if (strchr(heads, word[0]) != NULL) {
			head = strchr(heads, word[0]);
			rule = lists[head - heads];
			*rule = (struct access_rule){ANSWER_NO, word + 1, NULL};
			if (*head == 'F' && is_local)
				rule->answer = ANSWER_LOCAL;
			else if (*head == 'F' &&
			    address_parse(q->from, from) != 0)
				rule->answer = ANSWER_UNKNOWN;
		} else if (rule == NULL) {
			return OKTA_BAD;
		} else if (rule->answer == ANSWER_NO ||
		    (rule->answer == ANSWER_UNKNOWN && rule->entry != NULL)) {
			r = answer(people, q, from, kinds[head - heads], word);
			/* YES if any is, else UNKNOWN if any may be, else NO.
			 */
			if (r > 0 && r != ANSWER_NO)
				*rule = (struct access_rule){
				    r, rule->section, word + 1};
			r = r > 0 ? OKTA_OK : OKTA_BAD;
		}
	}
	return r == OKTA_BAD ? OKTA_BAD : OKTA_OK;
}

int
rules_account(
    const struct directory *rules, const char *name, struct rules_account *a)
{
	int r = find_block(rules, 'L', name, &a->list);

	a->is_shared = r == OKTA_ABSENT;
	return a->is_shared ? find_block(rules, 'M', name, &a->list) : r;
}

int
rules_next_behind(const struct directory *people, const struct rules_account *a,
    uint64_t *cursor, struct directory_person *p)
{
	int r;

	while ((r = directory_walk_people(people, cursor, p)) == OKTA_OK) {
		const struct rules_query q = {.uid = p->uid, .id = p->id};
		struct rules_words w = a->list;
		const char *word;

		while ((r = next_of_block(&w, &word)) == OKTA_OK) {
			int one = answer(people, &q, NULL, "ap", word);

			if (one == ANSWER_YES || one == OKTA_BAD)
				return one == ANSWER_YES ? OKTA_OK : OKTA_BAD;
		}
		if (r == OKTA_BAD)
			break;
	}
	return r;
}
