/*
 * A fuzz target without a fuzzer, for `make check`: every seed of
 * tests/fuzz/seeds/NAME as it is, cut at every length, with every byte inverted
 * and with every bit of some bytes flipped. NAME is the program's own name
 * after "replay_".
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

enum {
	SEED_MAX = 1 << 16, /* bytes */
	CHANGES_MAX = 4096 /* of a kind, per seed */
};

/* A copy of exactly that size, so that reading behind it is found. */
static void
run_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
run_seed(uint8_t *data, size_t size)
{
	size_t step = size / CHANGES_MAX + 1;

	run_copy(data, size);
	for (size_t i = 0; i < size; i += step) {
		run_copy(data, i);
		data[i] ^= 0xff;
		run_copy(data, size);
		data[i] ^= 0xff;
		data[i] ^= (uint8_t)(1u << (i % 8));
		run_copy(data, size);
		data[i] ^= (uint8_t)(1u << (i % 8));
	}
}

int
main(int argc, char **argv)
{
	static uint8_t data[SEED_MAX];
	const char *top = getenv("srcdir");
	const char *name = strstr(argv[0], "replay_");
	const struct dirent *d;
	unsigned int seeds = 0;
	char path[1024];
	DIR *folder;

	if (argc != 1 || name == NULL)
		return 2;
	snprintf(path, sizeof(path), "%s/tests/fuzz/seeds/%s",
	    top != NULL ? top : ".", name + strlen("replay_"));
	folder = opendir(path);
	while (folder != NULL && (d = readdir(folder)) != NULL) {
		char file[sizeof(path) + sizeof(d->d_name) + 1];
		FILE *f;
		size_t size;

		if (d->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
		f = fopen(file, "rb");
		if (f == NULL)
			return 1;
		size = fread(data, 1, sizeof(data), f);
		fclose(f);
		run_seed(data, size);
		seeds++;
	}
	if (folder != NULL)
		closedir(folder);
	fprintf(stderr, "%u seeds of %s\n", seeds, path);
	return seeds > 0 ? 0 : 1;
}
