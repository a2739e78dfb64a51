# Tests of area oktactl.
if HAVE_CMOCKA
oktactl_unit_tests = tests/unit/test_pam_stack tests/unit/test_pam_walk \
	tests/unit/test_zone_edit
check_PROGRAMS += $(oktactl_unit_tests)
TESTS += $(oktactl_unit_tests)

tests_unit_test_pam_stack_SOURCES = tests/unit/test_pam_stack.c \
	tests/folder.c tests/folder.h oktactl/pam_stack.c
tests_unit_test_pam_stack_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/oktactl \
	-I$(top_srcdir)/tests
tests_unit_test_pam_stack_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pam_stack_LDADD = $(CMOCKA_LIBS)
tests_unit_test_pam_walk_SOURCES = tests/unit/test_pam_walk.c \
	tests/folder.c tests/folder.h \
	oktactl/pam_known.c oktactl/pam_stack.c oktactl/pam_walk.c
tests_unit_test_pam_walk_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/oktactl \
	-I$(top_srcdir)/tests
tests_unit_test_pam_walk_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_pam_walk_LDADD = $(CMOCKA_LIBS)
tests_unit_test_zone_edit_SOURCES = tests/unit/test_zone_edit.c \
	oktactl/zone_edit.c oktactl/zone_edit.h
tests_unit_test_zone_edit_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/oktactl
tests_unit_test_zone_edit_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JSON_CFLAGS)
tests_unit_test_zone_edit_LDADD = libokta/libfull.la $(CMOCKA_LIBS) $(JSON_LIBS)
endif
