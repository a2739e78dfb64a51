# Sources of libokta for configuration, files, logs, errors and secrets.
libokta_libfull_la_SOURCES += \
	libokta/buf.c libokta/buf.h libokta/rules_write.c libokta/rules_write.h \
	libokta/conf.c libokta/conf.h libokta/conf_private.h \
	libokta/conf_admin.c \
	libokta/conf_check.c \
	libokta/conf_grace.c \
	libokta/conf_credential.c \
	libokta/conf_entry.c libokta/conf_entry.h \
	libokta/conf_files.c \
	libokta/conf_keys.c libokta/conf_keys.h \
	libokta/conf_list.c libokta/conf_local.c \
	libokta/conf_rules.c \
	libokta/conf_oidc.c \
	libokta/conf_range.c libokta/conf_range.h \
	libokta/conf_read.c libokta/conf_read.h \
	libokta/conf_scopes.c \
	libokta/conf_slice.c libokta/conf_slice.h \
	libokta/conf_text.c \
	libokta/conf_url.c libokta/conf_url.h \
	libokta/conf_value.c libokta/conf_value.h \
	libokta/error.c libokta/error.h \
	libokta/file.c libokta/file.h \
	libokta/former.c libokta/former.h \
	libokta/former_match.c libokta/former_match.h \
	libokta/json.c libokta/json.h libokta/json_id.c \
	libokta/json_lex.c libokta/json_lex.h \
	libokta/json_slim.c libokta/json_slim.h \
	libokta/jwt.c libokta/jwt.h libokta/jwt_base64url.c \
	libokta/key.c libokta/key.h libokta/key_jwk.c \
	libokta/local_account.c libokta/local_account.h \
	libokta/log.c libokta/log.h \
	libokta/scopes.c libokta/scopes.h \
	libokta/secret.c libokta/secret.h \
	libokta/slice_codec.c libokta/slice_codec.h

# What belongs to it: the manual and the example, key by key.
dist_man_MANS += oktad/okta.conf.5
dist_doc_DATA = conf/okta.conf
