# Tests of area net: requests to Okta, tokens, the sandbox.
if HAVE_CMOCKA
net_unit_tests = tests/unit/test_sandbox
check_PROGRAMS += $(net_unit_tests)
TESTS += $(net_unit_tests)

tests_unit_test_sandbox_SOURCES = tests/unit/test_sandbox.c
tests_unit_test_sandbox_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sandbox_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=setgroups,--wrap=setresgid,--wrap=setresuid \
	-Wl,--wrap=getgroups,--wrap=getresgid,--wrap=getresuid,--wrap=prctl
tests_unit_test_sandbox_LDADD = libokta/libfull.la $(SECCOMP_LIBS) \
	$(CMOCKA_LIBS)
endif
