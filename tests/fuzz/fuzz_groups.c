/* A page of groups becomes records (api_record.c). */
#include <stdlib.h>
#include <string.h>

#include "api_directory.h"
#include "json.h"
#include "name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct api_rules all[] = {
	    {.gid_attribute = "gid", .id_min = 1000, .id_max = 2000},
	    {.group_prefix = "okta-", .id_min = 1000, .id_max = 2000}};
	const struct api_rules *rules = &all[size % 2];
	struct json_object *page;
	struct api_group g;
	struct error e;

	if (json_parse((const char *)data, size, "fuzz", &page, &e) == -1)
		return 0;
	if (json_object_is_type(page, json_type_array))
		for (size_t i = 0; i < json_object_array_length(page); i++) {
			if (api_group_parse(json_object_array_get_idx(page, i),
				rules, &g, &e) == -1)
				continue;
			if (!json_is_id(g.id, strlen(g.id)) ||
			    (unsigned int)g.type >= TEAM_TYPES ||
			    !name_is_clean_text(g.okta_name,
				strlen(g.okta_name), API_TEXT_SIZE) ||
			    (g.gid != 0 && (g.gid < 1000 || g.gid > 2000)) ||
			    (g.problem[0] == '\0' &&
				!name_is_valid(g.name, strlen(g.name))))
				abort();
		}
	json_free(page);
	return 0;
}
