/*
 * The login protocol, spoken on login.sock (root callers) and self.sock
 * (everybody, for their own uid only). One connection is one login; the client
 * chooses the 16-byte id and every frame of the connection carries it.
 *
 *	client			oktad / oktad-login
 *	LOGIN		->
 *			<-	PROMPT		any number of rounds
 *	REPLY		->
 *			<-	INFO
 *			<-	VERDICT		and the connection ends
 *	CANCEL		->			at any time
 *
 *	SECOND_FACTOR	->			like LOGIN, no password is asked
 *	SESSION_OPEN	->	<- VERDICT	a session begins (root only)
 *	SESSION_CLOSE	->	<- VERDICT	it ends
 *
 * The hello. The first frame of a connection begins with a fixed part that
 * oktad itself reads, HELLO_SIZE bytes and no more; the rest stays in the
 * socket for the worker:
 *
 *	header		24 bytes
 *	UID field	4 + 4
 *	SERVICE field	4 + 32, padded with NULs
 *	TICKET field	4 + 32: lower-case hex digits, or NULs for none
 *
 * in that order and of those lengths.
 *
 * LOGIN and SECOND_FACTOR have in the place of a ticket 16 digits of where
 * they come from and 16 zeros: audit session and audit login uid of the
 * process that asks (/proc/self/sessionid, /proc/self/loginuid), all f where
 * it belongs to no login; or NULs. They are believed from root only. Behind
 * the hello stand USER, DEADLINE and, where known, RHOST, TTY, RUSER and
 * PASSWORD.
 *
 * SESSION_OPEN shows the ticket of auth, where there was one. It and
 * SESSION_CLOSE may go on with TTY, RHOST, KEY and SESSION (those 16 digits),
 * at most 3584 bytes in all. The answer to SESSION_OPEN brings in TICKET the
 * name of the session, which SESSION_CLOSE shows in its hello; it is there also
 * where the verdict refuses a ticket, for the session has begun.
 */
#ifndef OKTA_PROTOCOL_H
#define OKTA_PROTOCOL_H

enum protocol_op {
	OP_LOGIN = 1,
	OP_REPLY = 2,
	OP_CANCEL = 3,
	OP_SECOND_FACTOR = 4,
	OP_SESSION_OPEN = 5,
	OP_SESSION_CLOSE = 6,
	OP_PROMPT = 65,
	OP_INFO = 66,
	OP_VERDICT = 67
};

enum protocol_tag {
	TAG_UID = 1, /* u32: whose login, by the published directory or, of a
			local account, by /etc/passwd; VERDICT: who of the
			directory is behind that account; LOGIN: or
			PROTOCOL_NOBODY */
	TAG_SERVICE = 2, /* PAM_SERVICE, [A-Za-z0-9._-]{1,31} */
	TAG_TICKET = 3,
	TAG_USER = 4, /* the name as PAM has it */
	TAG_DEADLINE = 5, /* u32 milliseconds from now */
	TAG_RHOST = 6, /* numeric address, PROTOCOL_UNKNOWN where the login is
			  remote and has none, absent where it is local */
	TAG_TTY = 7,
	TAG_RUSER = 8,
	TAG_PASSWORD = 9, /* already asked for by an earlier module */
	TAG_SESSION = 10, /* SESSION_OPEN: where it comes from */
	TAG_KEY = 11, /* SESSION_OPEN of a local account: the ssh key that sshd
			 accepted, "TYPE BASE64" */
	TAG_TEXT = 20, /* PROMPT, INFO, VERDICT: filtered text; \n parts
			  lines */
	TAG_KIND = 21, /* u32 enum prompt_kind */
	TAG_ANSWER = 22, /* REPLY */
	TAG_CODE = 23, /* u32 enum verdict_code */
	TAG_LATE = 24 /* VERDICT: present where a first proof was accepted,
			 so that the denial need not be delayed */
};

/* What a prompt asks for. */
enum prompt_kind {
	PROMPT_PASSWORD =
	    1, /* hidden; the Okta password: PAM_AUTHTOK may answer */
	PROMPT_HIDDEN = 2,
	PROMPT_ECHO = 3
};

/* The explicit verdicts. Anything else is a denial. */
enum verdict_code {
	VERDICT_DENY = 0,
	VERDICT_ACCEPT = 1,
	VERDICT_UNAVAIL = 2,
	VERDICT_MAXTRIES = 3
};

#define PROTOCOL_UNKNOWN "?"
/* The uid of a LOGIN for a name that is nobody's, which is not told: its first
 * prompt comes when a person's does, and then the client goes (T41). */
#define PROTOCOL_NOBODY UINT32_MAX

enum {
	PROTOCOL_SERVICE_SIZE = 32,
	PROTOCOL_TICKET_SIZE = 32,
	PROTOCOL_ORIGIN_SIZE = 16, /* hex digits */
	PROTOCOL_HELLO_SIZE = 24 + (4 + 4) + (4 + 32) + (4 + 32),
	PROTOCOL_PASSWORD_MAX =
	    1024, /* bytes; longer never leaves the module */
	PROTOCOL_TEXT_MAX = 3072
};

#endif
