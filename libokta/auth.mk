# Sources of libokta for logging in at Okta.
libokta_libfull_la_SOURCES += libokta/api_auth.c libokta/api_auth.h
