#include "rules_write.h"
#include "world.h"

#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "directory_file.h"
#include "snapshot.h"

struct world world;

const struct world_person world_people[WORLD_PEOPLE] = {
    {"alice", ALICE, STATUS_ACTIVE, WHY_NONE},
    {"bob", BOB, STATUS_ACTIVE, WHY_NONE},
    {"carol", CAROL, STATUS_SUSPENDED, WHY_STATUS},
    {"dave", DAVE, STATUS_ACTIVE, WHY_NOT_ENTITLED},
    {"erin", ERIN, STATUS_PASSWORD_EXPIRED, WHY_NONE},
};

void
world_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		err(1, "%s", path);
}

void
world_set_age(int64_t age_s)
{
	struct dir_confirmed c = {.magic = DIR_MAGIC_CONFIRMED};
	struct timespec boot, wall;
	uint64_t boot_ms;

	if (age_s < 0) {
		unlink(world.confirmed);
		return;
	}
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &wall);
	boot_ms = (uint64_t)boot.tv_sec * 1000;
	/* Another boot, where this one is younger than that. */
	if (directory_boot_id(c.boot_id) != OKTA_OK ||
	    boot_ms < (uint64_t)age_s * 1000)
		memset(c.boot_id, 0xff, sizeof(c.boot_id));
	else
		c.boot_ms = boot_ms - (uint64_t)age_s * 1000;
	c.wall_s = (uint64_t)(wall.tv_sec - age_s);
	c.high_water_s = c.wall_s;
	c.checksum =
	    directory_checksum(&c, offsetof(struct dir_confirmed, checksum));
	snapshot_save(&c, sizeof(c), world.confirmed);
}

static void
build(struct snapshot *s, const char *alias)
{
	struct image *i = snapshot_begin();
	struct error e = {0};

	for (size_t n = 0; n < WORLD_PEOPLE; n++) {
		const struct world_person *p = &world_people[n];
		uint32_t uid = p->uid + world.uid_shift;
		struct image_user u = {.uid = uid,
		    .gid = uid,
		    .name = n == 0 && alias != NULL ? alias : p->name,
		    .gecos = "A Person",
		    .home = "/home/x",
		    .shell = "/bin/sh",
		    .id = p->name,
		    .login = p->name,
		    .status = p->status,
		    .why = p->why};

		if (image_add_user(i, &u, &e) != 0)
			errx(1, "%s", e.text);
	}
	snapshot_end(s, i);
}

static void
publish_rules(void)
{
	struct conf c = {.id_min = SNAPSHOT_ID_MIN,
	    .id_max = SNAPSHOT_ID_MAX,
	    .services = &world.service,
	    .nservices = world.service.name != NULL};
	struct error e = {0};
	struct buf b;

	if (rules_build(&c, &b, &e) != 0)
		errx(1, "%s", e.text);
	snapshot_save(b.bytes, b.len, world.rules);
	buf_clear(&b);
}

void
world_publish(void)
{
	struct snapshot s;

	build(&s, NULL);
	snapshot_save(s.bytes, s.size, world.directory);
	snapshot_free(&s);
	build(&s, world.alias);
	snapshot_save(s.people_bytes, s.people_size, world.people);
	snapshot_free(&s);
	publish_rules();
}

void
world_damage_records(void)
{
	const struct dir_section *users;
	struct snapshot s;

	build(&s, NULL);
	users = &s.d.section[DIR_USERS];
	memset(s.bytes + users->offset, 0xff, users->size);
	snapshot_save(s.bytes, s.size, world.directory);
	snapshot_free(&s);
}

int
world_setup(void **state)
{
	char other[96];

	(void)state;
	snprintf(world.dir, sizeof(world.dir), "/tmp/okta-pam-XXXXXX");
	if (mkdtemp(world.dir) == NULL)
		err(1, "%s", world.dir);
	snprintf(world.passwd, 96, "%s/passwd", world.dir);
	snprintf(world.directory, 96, "%s/directory", world.dir);
	snprintf(world.people, 96, "%s/people", world.dir);
	snprintf(world.rules, 96, "%s/rules", world.dir);
	snprintf(world.confirmed, 96, "%s/confirmed", world.dir);
	snprintf(world.socket, 96, "%s/sock", world.dir);
	/* libpam wants a fallback and logs where there is none. */
	snprintf(other, sizeof(other), "%s/other", world.dir);
	world_write(other, "auth required " PAM_HELPER_SO " return=4\n");
	return world_reset(state);
}

int
world_reset(void **state)
{
	(void)state;
	world.euid = world.ruid = 0;
	world.peer = 0;
	world.is_peer_unknown = world.is_random_missing = 0;
	world.is_time_real = 0;
	world.slept_ms = 0;
	world.nss_other = world.nss_none = NULL;
	world.alias = NULL;
	world.uid_shift = 0;
	memset(&world.service, 0, sizeof(world.service));
	world.connected[0] = '\0';
	world.fail_at = world.calls = 0;
	world.failed = NULL;
	world.log[0] = '\0';
	world_write(world.passwd,
	    "root:x:0:0:root:/root:/bin/sh\n"
	    "local:x:1000:1000::/home/local:/bin/sh\n");
	world_publish();
	world_set_age(60);
	return 0;
}

int
world_teardown(void **state)
{
	struct dirent *e;
	DIR *d = opendir(world.dir);

	(void)state;
	while (d != NULL && (e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	return rmdir(world.dir);
}

pam_handle_t *
world_start(const char *service, const char *user, const char *lines,
    const struct pam_conv *conv)
{
	pam_handle_t *pamh = NULL;
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", world.dir, service);
	f = fopen(path, "w");
	if (f == NULL)
		err(1, "%s", path);
	for (; *lines != '\0'; lines++) {
		if (strncmp(lines, "okta", 4) == 0 && lines[-1] == ' ') {
			fputs(PAM_OKTA_SO, f);
			lines += 3;
		} else if (strncmp(lines, "helper", 6) == 0) {
			fputs(PAM_HELPER_SO, f);
			lines += 5;
		} else {
			fputc(*lines, f);
		}
	}
	fputc('\n', f);
	if (fclose(f) != 0)
		err(1, "%s", path);
	if (pam_start_confdir(service, user, conv, world.dir, &pamh) !=
	    PAM_SUCCESS)
		errx(1, "pam_start_confdir");
	return pamh;
}

pam_handle_t *
world_start_usual(
    const char *user, const char *args, const struct pam_conv *conv)
{
	static const char *const types[] = {
	    "auth", "account", "session", "password"};
	char lines[2048] = "";

	for (int i = 0; i < 4; i++) {
		size_t at = strlen(lines);

		snprintf(lines + at, sizeof(lines) - at,
		    "%s [success=done ignore=ignore default=die] okta %s\n"
		    "%s required helper return=28\n",
		    types[i], args, types[i]);
	}
	return world_start("sshd", user, lines, conv);
}
