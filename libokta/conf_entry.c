#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_entry.h"

int
conf_entries_add(struct conf_entries *es, const char *section,
    const char *subject, const char *key, const char *value,
    const struct conf_place *place, struct error *e)
{
	struct conf_entry *list, *entry;

	list = reallocarray(es->list, es->count + 1, sizeof(*list));
	if (list == NULL)
		return error_errno(e, "%s", place->file);
	es->list = list;
	entry = &list[es->count++];
	*entry = (struct conf_entry){
	    .section = strdup(section),
	    .subject = strdup(subject),
	    .key = strdup(key),
	    .value = strdup(value),
	    .place = *place,
	};
	if (entry->section == NULL || entry->subject == NULL ||
	    entry->key == NULL || entry->value == NULL)
		return error_errno(e, "%s", place->file);
	return 0;
}

const struct conf_entry *
conf_entries_find(const struct conf_entries *es, const char *section,
    const char *subject, const char *key)
{
	const struct conf_entry *found = NULL;

	if (subject == NULL)
		subject = "";
	for (size_t i = 0; i < es->count; i++)
		if (strcmp(es->list[i].section, section) == 0 &&
		    strcmp(es->list[i].subject, subject) == 0 &&
		    strcmp(es->list[i].key, key) == 0)
			found = &es->list[i];
	return found;
}

void
conf_entries_clear(struct conf_entries *es)
{
	for (size_t i = 0; i < es->count; i++) {
		struct conf_entry *entry = &es->list[i];

		if (entry->value != NULL)
			explicit_bzero(entry->value, strlen(entry->value));
		free(entry->value);
		free(entry->key);
		free(entry->subject);
		free(entry->section);
	}
	free(es->list);
	es->list = NULL;
	es->count = 0;
}

int
conf_wrong(const struct conf_place *place, const char *key, struct error *e,
    const char *fmt, ...)
{
	char text[sizeof(e->text)], line[16] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (place->line > 0)
		snprintf(line, sizeof(line), "%u:", place->line);
	return error_set(e, ERROR_CONFIG, "%s:%s %s%s%s", place->file, line,
	    key != NULL ? key : "", key != NULL ? ": " : "", text);
}
