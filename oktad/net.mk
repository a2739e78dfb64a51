# oktad-net: the only program with a network, and the only one with libcurl.
oktalibexec_PROGRAMS += oktad-net
oktad_net_SOURCES = oktad/net.c oktad/net.h oktad/net_parent.c \
	oktad/bound.c oktad/bound.h \
	oktad/channel.c oktad/channel.h \
	oktad/credential.c oktad/credential.h \
	oktad/exchange.c oktad/exchange.h oktad/exchange_answer.c \
	oktad/exchange_request.c \
	oktad/governor.c oktad/governor.h \
	oktad/head.c oktad/head.h \
	oktad/oidc_client.c oktad/oidc_client.h \
	oktad/origin.c oktad/origin.h \
	oktad/own.c oktad/own.h \
	oktad/route.c oktad/route.h \
	oktad/skew.c oktad/skew.h \
	oktad/tls.c \
	oktad/transport.c oktad/transport.h oktad/transport_setup.c \
	oktad/wipe.c
oktad_net_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/oktad
oktad_net_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(SSL_CFLAGS) $(JSON_CFLAGS)
oktad_net_LDADD = libokta/libfull.la $(CURL_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) \
	$(JSON_LIBS) $(SECCOMP_LIBS)
