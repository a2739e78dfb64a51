/* The words of access rules (rules.c) and addresses: no word lets somebody in
 * where the answer is that the file is damaged. */
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "replay.h"
#include "rules.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directory rules = {0}, people = {0};
	struct access_facts f = {0};
	struct rules_query q = {1879049192, "00u", "sshd", "10.0.0.1"};
	uint8_t *words = malloc(size + 1);
	struct address_net net;
	uint8_t bytes[16];
	struct rules_account account;
	struct directory_person p;
	uint64_t cursor = 0;

	if (words == NULL)
		return 0;
	memcpy(words, data, size);
	words[size] = '\0';
	rules.base = people.base = words;
	rules.size = rules.section[DIR_RULES].size = size;
	if (rules_answer(&rules, &people, &q, &f) == OKTA_OK &&
	    ((unsigned int)f.deny.answer >= ANSWER_COUNT ||
		f.deny.answer == ANSWER_YES || f.allow.answer == ANSWER_YES ||
		f.from.answer == ANSWER_LOCAL))
		abort(); /* nobody belongs to anything here */
	if (address_parse_net((const char *)words, &net) != -1 &&
	    !address_is_net(&net))
		abort();
	if (rules_account(&rules, "deploy", &account) == OKTA_OK &&
	    rules_next_behind(&people, &account, &cursor, &p) == OKTA_OK)
		abort(); /* nobody is there */
	q.from = (const char *)words;
	rules_answer(&rules, &people, &q, &f);
	address_parse((const char *)words, bytes);
	free(words);
	return 0;
}
