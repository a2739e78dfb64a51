/* Which links to the next page of the System Log are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api_log.h"

#define LINK_FILTER                                                      \
	"filter=eventType+sw+%22user.lifecycle.%22+or+eventType%20sw%20" \
	"%22user.account.%22%20or%20eventType%20sw%20%22group.%22%20or%" \
	"20eventType%20sw%20%22application.user_membership.%22%20or%20"  \
	"eventType%20sw%20%22application.lifecycle.%22%20or%20"          \
	"eventType%20sw%20%22zone.%22%20or%20"                           \
	"eventType%20sw%20%22user.session.clear%22%20or%20"              \
	"eventType%20sw%20%22user.authentication.universal_logout%22"
#define LINK "/api/v1/logs?"

static void
test_only_our_own_query_is_gone_on_with(void **state)
{
	static const char *const good[] = {
	    LINK "after=1000000000123_1&sortOrder=ASCENDING&" LINK_FILTER
		 "&limit=500",
	    LINK LINK_FILTER "&after=1000000000123_1",
	    LINK "since=2001-09-09T01%3A46%3A40.000Z&" LINK_FILTER
		 "&after=opaque%3D",
	};
	static const char *const bad[] = {
	    LINK "after=1000000000123_1&sortOrder=ASCENDING&limit=500",
	    LINK "after=1000000000123_1&filter=eventType+eq+%22x%22",
	    LINK LINK_FILTER,
	    LINK LINK_FILTER "&after=",
	    LINK LINK_FILTER "&after=9999999999999_1",
	    LINK LINK_FILTER "&after=10000000001230_1",
	    LINK LINK_FILTER "&after=1000000000123_1&sortOrder=DESCENDING",
	    LINK LINK_FILTER "&after=1000000000123_1&q=nobody",
	    LINK LINK_FILTER
	    "&after=1000000000123_1&until=2002-01-01T00%3A00%3A00.000Z",
	    LINK LINK_FILTER
	    "&after=1000000000123_1&since=9999-01-01T00%3A00%3A00.000Z",
	    LINK LINK_FILTER "&after=1000000000123_1&since=soon",
	    LINK LINK_FILTER "&after=1000000000123_1&after=1000000000123_1",
	    LINK LINK_FILTER "&after=%00",
	    LINK LINK_FILTER "&after=%4",
	    LINK LINK_FILTER "&after=1&",
	    LINK LINK_FILTER "&after=1&since",
	    "/api/v1/users?" LINK_FILTER "&after=1000000000123_1",
	    "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!api_log_goes_on(good[i], 1000000000))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (api_log_goes_on(bad[i], 1000000000))
			fail_msg("taken: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_only_our_own_query_is_gone_on_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
