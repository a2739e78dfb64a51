# Sources of libokta for configuration, files, logs, errors and secrets.
libokta_libfull_la_SOURCES += libokta/conf.h libokta/conf_slice.h \
	libokta/error.h libokta/secret.h
