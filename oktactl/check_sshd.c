/*
 * What in sshd's configuration makes the stacks worth nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "check.h"

#define SSHD_CONFIG "/etc/ssh/sshd_config"

/* sshd without UsePAM knows neither our passwords nor our account phase. */
void
check_sshd(struct findings *all)
{
	char *line = NULL, word[64], value[64];
	size_t cap = 0;
	unsigned int number = 0;
	FILE *f = fopen(SSHD_CONFIG, "re");

	if (f == NULL)
		return;
	while (getline(&line, &cap, f) != -1) {
		number++;
		if (sscanf(line, " %63[A-Za-z]%*[ \t=]%63s", word, value) != 2)
			continue;
		if (strcasecmp(word, "UsePAM") == 0 &&
		    strcasecmp(value, "no") == 0)
			findings_add(all, "sshd-usepam", SEVERITY_ERROR,
			    SSHD_CONFIG, number,
			    "sshd does not use PAM: suspended people get in "
			    "with a key|sed -i 's/^[[:space:]]*UsePAM.*/UsePAM "
			    "yes/' " SSHD_CONFIG " && systemctl reload ssh");
	}
	free(line);
	fclose(f);
}
