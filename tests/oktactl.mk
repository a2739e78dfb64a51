# Tests of area oktactl.
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_pam_stack
TESTS += tests/unit/test_pam_stack

tests_unit_test_pam_stack_SOURCES = tests/unit/test_pam_stack.c \
	oktactl/pam_stack.c
tests_unit_test_pam_stack_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/oktactl
tests_unit_test_pam_stack_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pam_stack_LDADD = $(CMOCKA_LIBS)
endif
