/*
 * oktactl check: everything that has to be right for logins to work, looked
 * at in the order in which an admin would mend it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "name.h"
#include "oktactl.h"

static const char *const severity_words[] = {
    [SEVERITY_WARNING] = "warning",
    [SEVERITY_ERROR] = "error",
};

void
findings_add(struct findings *all, const char *id, enum severity severity,
    const char *file, unsigned int line, const char *fmt, ...)
{
	struct finding *more, *f;
	char text[1536], *bar;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	bar = strrchr(text, '|');
	if (bar != NULL)
		*bar++ = '\0';
	more = reallocarray(all->list, all->n + 1, sizeof(*more));
	if (more == NULL)
		return;
	all->list = more;
	f = &more[all->n++];
	f->id = id;
	f->severity = severity;
	f->file = file != NULL ? strdup(file) : NULL;
	f->line = line;
	f->text = strdup(text);
	f->fix = strdup(bar != NULL ? bar : "");
}

void
findings_free(struct findings *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->list[i].file);
		free(all->list[i].text);
		free(all->list[i].fix);
	}
	free(all->list);
	all->list = NULL;
	all->n = 0;
}

static void
print_json(const struct findings *all, int ok)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	ctl_add_bool(o, "ok", ok);
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *f = &all->list[i];
		struct json_object *one = json_object_new_object();

		ctl_add_str(one, "id", f->id);
		ctl_add_str(one, "severity", severity_words[f->severity]);
		ctl_add_str(one, "file", f->file);
		if (f->line != 0)
			ctl_add_int(one, "line", f->line);
		else
			json_object_object_add(one, "line", NULL);
		ctl_add_str(one, "text", f->text);
		ctl_add_str(one, "fix", f->fix);
		json_object_array_add(list, one);
	}
	json_object_object_add(o, "findings", list);
	ctl_print_json(o);
}

static void
print_text(const struct findings *all)
{
	char clean[1536];

	for (size_t i = 0; i < all->n; i++) {
		const struct finding *f = &all->list[i];

		printf("%s: ", severity_words[f->severity]);
		if (f->file != NULL && f->line != 0)
			printf("%s:%u: ", f->file, f->line);
		else if (f->file != NULL)
			printf("%s: ", f->file);
		name_filter_text(
		    clean, sizeof(clean), f->text, strlen(f->text));
		printf("%s [%s]\n", clean, f->id);
		name_filter_text(clean, sizeof(clean), f->fix, strlen(f->fix));
		printf("  fix: %s\n", clean);
	}
	if (all->n == 0)
		printf("all is well\n");
}

int
cmd_check(const struct ctl *ctl, int argc, char **argv)
{
	struct findings all = {NULL, 0};
	struct conf *conf;
	int code = EXIT_FINE;

	if (argc != 1)
		return ctl_usage(argv[0]);
	conf = check_conf(&all, ctl->conf_path);
	check_files(&all, conf);
	check_nsswitch(&all);
	check_pam(&all);
	check_sshd(&all);
	check_groups(&all);
	check_keys(&all, conf);
	check_grace(&all, conf);
	check_accounts(&all, conf);
	check_daemon(&all, conf, ctl->conf_path);

	if (ctl->json)
		print_json(&all, all.n == 0);
	else
		print_text(&all);
	if (conf == NULL)
		code = EXIT_CONFIG;
	else if (all.n > 0)
		code = EXIT_NO;
	conf_free(conf);
	findings_free(&all);
	return code;
}
