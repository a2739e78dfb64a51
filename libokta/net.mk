# Sources of libokta for requests to Okta.
libokta_libfull_la_SOURCES += libokta/http.c libokta/http.h \
	libokta/http_error.c
