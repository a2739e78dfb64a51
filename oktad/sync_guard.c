#include "sync_guard.h"

int
guard_allows(uint32_t known, uint32_t present, uint32_t silent, int accept)
{
	if (silent == 0 || accept)
		return 1;
	if (present == 0)
		return 0;
	return silent <= GUARD_PEOPLE &&
	    (uint64_t)silent * 100 <= (uint64_t)known * GUARD_PERCENT;
}
