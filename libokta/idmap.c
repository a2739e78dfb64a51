#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "idmap.h"
#include "json.h"

static const char *const kind_word[] = {
    [IDMAP_USER] = "user",
    [IDMAP_GROUP] = "group",
};

int
idmap_candidate(enum idmap_kind kind, const char *id, uint32_t k, uint32_t min,
    uint32_t max, uint32_t *number)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[8 + 12 + JSON_ID_MAX];
	uint64_t first = 0;
	size_t id_len = strlen(id);
	int head;

	*number = 0;
	if ((kind != IDMAP_USER && kind != IDMAP_GROUP) || min > max ||
	    id_len > JSON_ID_MAX)
		return -1;
	head =
	    snprintf(text, sizeof(text), "%s%c%u%c", kind_word[kind], 0, k, 0);
	memcpy(text + head, id, id_len);
	if (EVP_Digest(text, (size_t)head + id_len, digest, NULL, EVP_sha256(),
		NULL) != 1)
		return -1;
	for (int i = 0; i < 8; i++)
		first = first << 8 | digest[i];
	*number = min + (uint32_t)(first % ((uint64_t)max - min + 1));
	return 0;
}

int
idmap_place(enum idmap_kind kind, const char *id, uint32_t min, uint32_t max,
    idmap_taken *is_taken, void *arg, uint32_t *number, uint32_t *k)
{
	uint32_t candidate;

	*number = *k = 0;
	for (uint32_t i = 0; i < IDMAP_TRIES; i++) {
		int taken;

		if (idmap_candidate(kind, id, i, min, max, &candidate) == -1)
			return -1;
		taken = is_taken(arg, candidate);
		if (taken == -1)
			return -1;
		if (taken == 0) {
			*number = candidate;
			*k = i;
			return 1;
		}
	}
	return 0;
}
