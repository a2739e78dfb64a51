#include "proof.h"

#include <string.h>

static const struct {
	const char *word;
	int is_sent;
} kinds[PROOF_COUNT] = {
    [PROOF_PUSH] = {"push", 1},
    [PROOF_TOTP] = {"totp", 0},
    [PROOF_TOKEN] = {"token", 0},
    [PROOF_YUBIKEY] = {"yubikey", 0},
    [PROOF_SMS] = {"sms", 1},
    [PROOF_CALL] = {"call", 1},
    [PROOF_EMAIL] = {"email", 1},
    [PROOF_QUESTION] = {"question", 0},
};

const char *
proof_word(enum proof_kind kind)
{
	return (unsigned int)kind < PROOF_COUNT ? kinds[kind].word : "unknown";
}

enum proof_kind
proof_find(const char *word, size_t len)
{
	int i = 0;

	while (i < PROOF_COUNT &&
	    (strlen(kinds[i].word) != len ||
		memcmp(kinds[i].word, word, len) != 0))
		i++;
	return (enum proof_kind)i;
}

int
proof_list(const char *text, enum proof_kind list[PROOF_COUNT], const char **at)
{
	unsigned int seen = 0;
	int n = 0;

	for (text += strspn(text, " \t"); *text != '\0';
	     text += strspn(text, " \t")) {
		size_t len = strcspn(text, " \t");
		enum proof_kind kind = proof_find(text, len);

		*at = text;
		if (kind == PROOF_COUNT || (seen & 1U << kind) != 0)
			return -1;
		seen |= 1U << kind;
		list[n++] = kind;
		text += len;
	}
	return n;
}

int
proof_is_sent(enum proof_kind kind)
{
	return (unsigned int)kind < PROOF_COUNT && kinds[kind].is_sent;
}
