/*
 * struct error: how a failing call of libokta full tells its caller what
 * happened. `kind` steers the program; `text` is one sentence for people, with
 * HTTP status, Okta error code and request id where there are any. It never
 * holds a secret.
 */
#ifndef OKTA_ERROR_H
#define OKTA_ERROR_H

enum error_kind {
	ERROR_NONE = 0,
	ERROR_RETRY, /* later: error.retry_s seconds, by Okta's clock */
	ERROR_OFFLINE, /* connect-level failure; nothing was sent */
	ERROR_DENIED, /* Okta understood and said no */
	ERROR_SCOPE, /* the token lacks a scope; the text names it */
	ERROR_CONFIG, /* the admin must change something */
	ERROR_PROTOCOL, /* an answer that breaks its rules */
	ERROR_SYSTEM /* this host: files, memory, our own daemon */
};

struct error {
	enum error_kind kind;
	unsigned int retry_s;
	int http_status; /* 0: none */
	char okta_code[12]; /* "E0000004", OAuth error word cut, or "" */
	char request_id[48];
	char text[512];
};

/* Sets kind and text (printf form, cut at the size); keeps the other members
 * of an earlier error out. Always returns -1: `return error_set(e, …);`. */
int error_set(struct error *e, enum error_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Like error_set with ERROR_SYSTEM, and ": " strerror(errno) at the end. */
int error_errno(struct error *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Puts "prefix: " in front of the text. Returns -1. */
int error_prefix(struct error *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
