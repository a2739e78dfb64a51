# Sources of libokta for logging in at Okta.
libokta_libfull_la_SOURCES += libokta/api_auth.c libokta/api_auth.h \
	libokta/api_body.c libokta/api_body.h \
	libokta/api_session.c libokta/api_session.h \
	libokta/api_auth_factor.c libokta/api_auth_parse.c \
	libokta/proof.c libokta/proof.h
libokta_libfull_la_SOURCES += libokta/api_factors.c libokta/api_factors.h \
	libokta/api_oidc.c libokta/api_oidc.h \
	libokta/api_oidc_answer.c libokta/id_token.c libokta/id_token.h
