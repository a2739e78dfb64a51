/*
 * In a file of its own, because oktad checks ids of okta.conf with it and must
 * not pull json-c in.
 */
#include <string.h>

#include "json.h"

int
json_is_id(const char *s, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789_-";

	if (len == 0 || len > JSON_ID_MAX)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (s[i] == '\0' || strchr(alphabet, s[i]) == NULL)
			return 0;
	return 1;
}
