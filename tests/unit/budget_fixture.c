#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "budget_fixture.h"

const struct budget_limits limits = {5, 2};
struct folder folder;
struct budget_now now;
struct budget_address here, office, attacker;
struct error error;
unsigned int syncs;
int sync_fails;

int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);

int
__wrap_fdatasync(int fd)
{
	(void)fd;
	syncs++;
	if (sync_fails)
		errno = EIO;
	return sync_fails ? -1 : 0;
}

/* That of file.c, which other tests look at: not waited for here. */
int
__wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

int
begin(void **state)
{
	(void)state;
	folder_make(&folder);
	now = (struct budget_now){
	    .wall_s = 1700000000, .boot_ms = 50000000, .boot_id = {1}};
	budget_parse_address(NULL, &here);
	budget_parse_address("192.0.2.7", &office);
	budget_parse_address("2001:db8::bad", &attacker);
	error = (struct error){0};
	sync_fails = 0;
	return 0;
}

int
end(void **state)
{
	(void)state;
	folder_remove(&folder);
	return 0;
}

const char *
budget_path(void)
{
	return folder_at(&folder, "budget");
}

struct budget *
reopen(struct budget *b)
{
	budget_close(b);
	b = budget_open(budget_path(), &now, &error);
	assert_non_null(b);
	return b;
}

int
try(struct budget *b, const char *who, const struct budget_address *a,
    enum budget_kind kind)
{
	uint64_t serial;

	if (budget_charge(b, &limits, who, a, &now, &serial, &error) !=
	    BUDGET_GRANTED)
		return 0;
	assert_int_equal(budget_settle(b, serial, kind, &now, &error), 0);
	return 1;
}
