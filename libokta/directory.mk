# Sources of libokta for the published files and names.
libokta_libbase_la_SOURCES += libokta/directory.h libokta/directory_check.h \
	libokta/name.h
libokta_libfull_la_SOURCES += libokta/directory_write.h
