# Sources of libokta for the published files and names.
libokta_libbase_la_SOURCES += libokta/directory.h libokta/directory.c \
	libokta/directory_age.c libokta/directory_check.h \
	libokta/directory_check.c libokta/directory_check_part.h \
	libokta/directory_check_people.c libokta/directory_check_sources.c \
	libokta/directory_file.h \
	libokta/directory_file.c libokta/directory_format.h \
	libokta/directory_format.c libokta/directory_group.c \
	libokta/directory_list.c libokta/directory_people.c \
	libokta/directory_person.c libokta/directory_uid.c \
	libokta/directory_source.c libokta/directory_keys.c \
	libokta/directory_account.c \
	libokta/directory_local.c \
	libokta/directory_walk.c libokta/directory_walk.h \
	libokta/directory_check_keys.c libokta/sshkey.c libokta/sshkey.h \
	libokta/address.c libokta/address.h libokta/address_net.c libokta/address_print.c \
	libokta/rules.c libokta/rules.h \
	libokta/name.h libokta/name.c libokta/name_reserved.h \
	libokta/name_text.c
libokta_libfull_la_SOURCES += libokta/directory_image.h \
	libokta/directory_accounts.c \
	libokta/directory_image.c libokta/directory_rules.c \
	libokta/directory_write.h \
	libokta/directory_write.c
