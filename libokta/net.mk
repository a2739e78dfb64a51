# Sources of libokta for requests to Okta, and for what processes give up.
libokta_libfull_la_SOURCES += libokta/dpop.c libokta/dpop.h \
	libokta/http.c libokta/http.h \
	libokta/http_error.c libokta/http_link.c libokta/http_link.h \
	libokta/sandbox.c libokta/sandbox_filter.c libokta/sandbox.h \
	libokta/token.c libokta/token.h
