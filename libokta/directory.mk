# Sources of libokta for the published files and names.
libokta_libbase_la_SOURCES += libokta/directory.h libokta/directory.c \
	libokta/directory_age.c libokta/directory_check.h \
	libokta/directory_check.c libokta/directory_check_part.h \
	libokta/directory_check_people.c libokta/directory_file.h \
	libokta/directory_file.c libokta/directory_format.h \
	libokta/directory_format.c libokta/directory_people.c \
	libokta/name.h libokta/name.c libokta/name_reserved.h \
	libokta/name_text.c
libokta_libfull_la_SOURCES += libokta/directory_image.h \
	libokta/directory_image.c libokta/directory_write.h \
	libokta/directory_write.c
