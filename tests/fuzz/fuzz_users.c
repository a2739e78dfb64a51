/* A page of users, members or app users becomes records (api_record.c). */
#include <stdlib.h>
#include <string.h>

#include "api_directory.h"
#include "json.h"
#include "name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct api_user *u)
{
	unsigned int count;

	/* What is published must pass the publisher's rules. */
	if (!json_is_id(u->id, strlen(u->id)) ||
	    (u->name[0] != '\0' && !name_is_valid(u->name, strlen(u->name))) ||
	    !name_is_clean_text(u->gecos, strlen(u->gecos), API_TEXT_SIZE) ||
	    (u->uid != 0 && (u->uid < 1000 || u->uid > 2000)) ||
	    (u->gid != 0 && (u->gid < 1000 || u->gid > 2000)) ||
	    (u->home[0] != '\0' &&
		!name_is_clean_path(
		    u->home, strlen(u->home), TEMPLATE_PATH_SIZE)) ||
	    (u->shell[0] != '\0' &&
		!name_is_clean_path(
		    u->shell, strlen(u->shell), TEMPLATE_PATH_SIZE)) ||
	    (u->keys[0] != '\0' &&
		(!u->has_keys ||
		    !sshkey_are_keys(u->keys, strlen(u->keys), &count))) ||
	    (u->problem[0] == '\0' &&
		(!u->has_status || u->name[0] == '\0' || u->login[0] == '\0')))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct api_rules all[] = {{.uid_attribute = "uid",
						   .gid_attribute = "gid",
						   .home_attribute = "home",
						   .shell_attribute = "shell",
						   .id_min = 1000,
						   .id_max = 2000},
	    {.name_attribute = "name",
		.or_local_part = 1,
		.gecos_attribute = "full",
		.ssh_keys_attribute = "keys",
		.user_type = "oty1",
		.doubt = {[USE_HOME] = "anybody may edit"},
		.home_attribute = "home",
		.id_min = 1000,
		.id_max = 2000}};
	const struct api_rules *rules = &all[size % 2];
	struct json_object *page;
	struct api_user u;
	struct error e;
	int assigned;

	if (json_parse((const char *)data, size, "fuzz", &page, &e) == -1)
		return 0;
	if (json_object_is_type(page, json_type_array))
		for (size_t i = 0; i < json_object_array_length(page); i++) {
			const struct json_object *o =
			    json_object_array_get_idx(page, i);

			if (api_user_parse(o, rules, &u, &e) == 0)
				check(&u);
			if (api_app_user_parse(o, rules, &u, &assigned, &e) ==
			    0)
				check(&u);
		}
	json_free(page);
	return 0;
}
