/*
 * The links between our own processes (internal.sock, channels, the link of a
 * login worker) and control.sock. Same frames as the login protocol (wire.h),
 * up to WIRE_INTERNAL_MAX bytes. A value longer than 65,535 bytes is split over
 * several fields of the same tag, or over several frames where the op says so.
 *
 * oktad-net and oktad-sync connect to internal.sock. Started with -l, oktad-net
 * has that connection on descriptor 3 already, and ends with it (oktad --probe
 * does so, while internal.sock is not there or not ours).
 */
#ifndef OKTA_INTERNAL_H
#define OKTA_INTERNAL_H

enum internal_op {
	/* oktad -> net and sync: the configuration slice. First frame of a
	 * connection and again after a reload. INT_CONF_END closes it, so a
	 * slice may take several frames. */
	INT_CONF = 100,
	INT_CONF_END = 101,

	/* oktad -> net, with one descriptor: a new channel for ROLE; for a
	 * login, of OKTA_ID with the login name LOGIN, and nobody else. That of
	 * a change has a credential of its own for as long as it is open:
	 * CHANGE, SCOPE (what to ask for and may be done), and TOKEN where it
	 * is an API token. */
	INT_CHANNEL = 110,
	/* net -> oktad: SKEW (i32 as u32, seconds Okta is ahead of this host),
	 * ADMIN (present: the [admin] credential), CHANGE (that change's), or
	 * ENDPOINT (the OIDC client's, for that endpoint). Same id in the
	 * answer. */
	INT_ASSERT = 111,
	/* oktad -> net: JWT, or ERROR with a sentence. */
	INT_ASSERTION = 112,
	/* oktad -> net: drop the cached token. */
	INT_TOKEN_RESET = 113,

	/* net, sync -> oktad: what `oktactl status` shows, whenever it
	 * changes; STATUS_* tags. oktad keeps the last frame unparsed. */
	INT_STATUS = 120,

	/* oktad -> sync, with one descriptor: its channel to net. */
	INT_SYNC_CHANNEL = 130,
	/* oktad -> sync: run a full pass now; ACCEPT present: lift the shrink
	 * guard for this pass. Answered by INT_SYNC_DONE with the same id. */
	INT_SYNC_NOW = 131,
	INT_SYNC_DONE = 132,
	/* sync -> oktad, with two descriptors: sealed memfds of the directory
	 * and of the people. */
	INT_IMAGE = 133,
	INT_PUBLISHED = 134, /* oktad -> sync: GENERATION */
	INT_REFUSED = 135, /* oktad -> sync: ERROR */
	/* sync -> oktad: Okta was asked and nothing has changed. Answered like
	 * an image: INT_REFUSED where the published files are gone or bad, or
	 * were not checked since okta.conf, /etc/passwd or /etc/group changed:
	 * then an image is wanted. */
	INT_CONFIRM = 136,
	/* oktad -> sync: an admin sets USER (a name) or UID (a number) free:
	 * the ledger forgets it. */
	INT_FORGET = 137,
	/* oktad -> sync: IDS_MODE, with a descriptor for the answer and, but
	 * for IDS_LIST, one of root's file (sync_ids.c). Answered by
	 * INT_SYNC_DONE. */
	INT_IDS = 138,

	/* sync -> oktad: Okta has cleared the sessions of OKTA_ID, AGE seconds
	 * ago. Said again where sync is not sure that it was heard. */
	INT_CLEARED = 160,

	/* A channel: the asker sends REQUEST (BODY fields may follow in
	 * INT_REQUEST_BODY frames), then INT_REQUEST_END; net answers RESPONSE,
	 * any number of BODY, END. Any number of ids at once. */
	INT_REQUEST = 140,
	INT_REQUEST_BODY = 141,
	INT_REQUEST_END = 142,
	INT_RESPONSE = 143,
	INT_BODY = 144,
	INT_END = 145,

	/* oktad -> login worker, first frame: who this is about. */
	INT_PERSON = 150,
	/* worker -> oktad: may I send this password? Held, then INT_GRANT (with
	 * one descriptor: a channel to net) or INT_REFUSE (ERROR). Again: the
	 * last one was wrong, may I send one more? Then INT_GRANT has no
	 * descriptor. */
	INT_CHARGE = 151,
	INT_GRANT = 152,
	INT_REFUSE = 153,
	/* worker -> oktad, once: RESULT and the words for the journal. For
	 * OUTCOME_ACCEPTED oktad answers INT_TICKET. */
	INT_OUTCOME = 154,
	INT_TICKET = 155,
	/* worker -> oktad: may Okta send the person something now (FACTOR)?
	 * INT_GRANT or INT_REFUSE at once. It is under way until the worker's
	 * next frame. */
	INT_SEND = 156,
	/* worker -> oktad, once, where INT_PERSON says so: who somebody says
	 * that they are (USER). The answer is another INT_PERSON. */
	INT_WHO = 157,

	/* oktad -> oktad-login, in place of INT_PERSON: one request about an
	 * Okta session (login_session.h), SESSION_DO and SESSION_VALUE.
	 * Answered by INT_SESSION_DONE with SESSION_RESULT; where it is good
	 * also with SESSION_VALUE (the id), OKTA_ID, SESSION_LIFE and
	 * SESSION_ACTIVE, else with ERROR and RETRY. */
	INT_SESSION = 161,
	INT_SESSION_DONE = 162,

	/* oktactl -> oktad on control.sock; each is answered by CTL_ANSWER
	 * with the same id (several frames, the last one with DONE), or
	 * CTL_ERROR with ERROR. */
	CTL_STATUS = 170,
	CTL_SYNC = 171, /* ACCEPT?; answers with progress, then DONE */
	CTL_TOKEN_RESET = 172,
	CTL_CHANNEL = 173, /* answered with one descriptor, role control */
	CTL_PERSON = 174, /* UID; answers the last refusal, if any */
	CTL_RELOAD = 175,
	CTL_FORGET = 176, /* USER or UID; answers USER, UID and OKTA_ID of those
			     who had it, if anybody had */
	CTL_IDS = 177, /* as INT_IDS, which it becomes; answers as CTL_SYNC */
	CTL_ANSWER = 180,
	CTL_ERROR = 181,
	CTL_SESSIONS = 190, /* answered with one descriptor: a memfd with a
			       CTL_ANSWER for each session */
	CTL_LOGOUT = 191, /* LOGOUT_WHAT, USER (a name or a session's id);
			     answered with LOGOUT_* and, where processes were
			     looked for, a memfd with a CTL_ANSWER for each:
			     SESSION_PID, UID, TEXT, REASON */
	/* CHANGE_WHAT, CHANGE_WHOM (for the log), SCOPE; CHANGE_FILE with a
	 * descriptor of that file where it names the credential, else that of
	 * [admin]. Answered with one descriptor, role change. One at a time. */
	CTL_CHANGE = 192,
	/* What came of it: CHANGE_RESULT, REQUEST_ID, ERROR. It is over. */
	CTL_CHANGED = 193
};

/* Who sits at the other end of a channel; net's table has these as rows.
 * CONTROL looks and CHANGE changes: both are oktactl's. */
enum channel_role {
	ROLE_LOGIN = 1,
	ROLE_SYNC = 2,
	ROLE_CONTROL = 3,
	ROLE_CHANGE = 4,
	ROLE_SESSION = 5 /* one request about an Okta session */
};

/* Where a request failed below HTTP. OFFLINE is the only one that may ever be
 * called "offline"; nothing was sent then. */
enum transport_error {
	TRANSPORT_OK = 0,
	TRANSPORT_OFFLINE = 1, /* no address, no route, refused, no connect */
	TRANSPORT_TLS = 2, /* certificate or handshake */
	TRANSPORT_TIME = 3, /* after the request may have been sent */
	TRANSPORT_BROKEN = 4, /* reset or cut after it may have been sent */
	TRANSPORT_TOO_BIG = 5, /* a cap was hit */
	TRANSPORT_REFUSED = 6, /* net's table does not allow it */
	TRANSPORT_CREDENTIAL =
	    7, /* no token could be had; KIND, ERROR say why */
	TRANSPORT_PROTOCOL = 8, /* not HTTP, a redirect, a link to elsewhere */
	TRANSPORT_HELD = 9 /* not sent: our share of the rate limit is used
			      up; RETRY says for how long (never login) */
};

enum login_outcome {
	OUTCOME_NOT_TRIED = 0, /* no password was sent: nothing is charged */
	OUTCOME_ACCEPTED = 1, /* verdict ACCEPT follows */
	OUTCOME_PROVEN = 2, /* password right, login denied all the same */
	OUTCOME_WRONG = 3, /* Okta said no */
	OUTCOME_UNKNOWN = 4, /* sent, no answer: stays charged */
	OUTCOME_TURNED_AWAY = 5, /* sent, and not looked at (429): not charged,
				    but see throttle.h */
	OUTCOME_FACTOR = 6, /* password right, the factor was not: stays
			       charged */
	OUTCOME_SAID_NO = 7, /* the person refused what was sent to them: stays
			       charged, and nothing is sent for a while */
	OUTCOME_UNASKED = 8 /* password right, and Okta asked for none of the
			     * factors that this service demands */
};

/* Where the OIDC client proves itself; the audience of its assertion. */
enum internal_endpoint {
	INT_AT_TOKEN = 1,
	INT_AT_CHALLENGE = 2,
	INT_AT_PRIMARY = 3,
	INT_AT_DEVICE = 4
};

/* What is to be done with an Okta session, and what came of it. */
enum okta_session_do {
	OKTA_SESSION_MAKE = 1, /* of a session token */
	OKTA_SESSION_LOOK,
	OKTA_SESSION_REFRESH,
	OKTA_SESSION_END,
	OKTA_SESSION_DO_COUNT
};

enum okta_session_result {
	OKTA_SESSION_GOOD = 1,
	OKTA_SESSION_GONE, /* 404, in Okta's words: there is no such session */
	OKTA_SESSION_NO, /* Okta says no, or nothing could be asked for */
	OKTA_SESSION_LATER, /* nothing was done; again after RETRY */
	OKTA_SESSION_UNSURE, /* it may have been done */
	OKTA_SESSION_RESULT_COUNT
};

enum ids_mode { IDS_LIST = 1, IDS_IMPORT = 2, IDS_DRY_RUN = 3 };

enum logout_what {
	LOGOUT_END = 1,
	LOGOUT_DRY = 2, /* only say what would end */
	LOGOUT_GRACE = 3, /* only take back what was proven */
	LOGOUT_HELD = 4 /* end what is held */
};

/* Why somebody of an image can not be published, by former.h. */
enum clash {
	CLASH_NAME = 1, /* the name is somebody else's */
	CLASH_NUMBER = 2, /* the number is */
	CLASH_CHANGED = 3, /* it had another number */
	CLASH_RANGE = 4, /* the number is out of id_range, without a grant, or
			    one of the subordinate ids of this host */
	CLASH_END
};
enum { INT_CLASHES_MAX = 200 }; /* in one frame */

enum internal_tag {
	TAG_ERROR = 100, /* one sentence */
	TAG_ROLE = 101, /* u32 enum channel_role */
	TAG_SKEW = 102,
	TAG_ADMIN = 103,
	TAG_JWT = 104,
	TAG_GENERATION = 105, /* u64 */
	TAG_ACCEPT = 106,
	TAG_DONE = 107,
	TAG_IDS_MODE = 108, /* u32 enum ids_mode */
	TAG_CLASH = 129, /* u64, any number of them in INT_REFUSED: who could
			    be left out; the number << 32 | enum clash */
	TAG_IS_FRESH = 109, /* u32; 1: Okta agrees as of now, 0: it was not
			       asked for this */

	TAG_ENDPOINT = 130, /* u32 enum internal_endpoint */
	TAG_LOGIN = 131, /* INT_CHANNEL: as Okta has it */
	TAG_SCOPE = 132, /* one scope; any number of them */
	TAG_CHANGE = 133, /* u32, by which oktad knows a change */
	TAG_TOKEN = 134, /* an API token */

	/* INT_REQUEST */
	TAG_METHOD = 110, /* "GET", "POST", … */
	TAG_PATH = 111, /* path and query, begins with '/' */
	TAG_CONTENT = 112, /* u32 enum http_content */
	TAG_TIMEOUT = 113, /* u32 milliseconds for the whole request */
	TAG_MAX_BYTES = 114, /* u32 cap of the decoded body */
	TAG_DATA = 115, /* bytes of a body */
	TAG_CREDENTIAL = 116, /* u32 enum http_credential the asker expects */
	TAG_FORWARDED = 117, /* client address for X-Forwarded-For */
	/* INT_RESPONSE */
	TAG_STATUS = 120, /* u32 HTTP status, 0 where none came */
	TAG_TRANSPORT = 121, /* u32 enum transport_error */
	TAG_RETRY = 122, /* u32 seconds by Okta's clock (429, 503); with a 200
			    of the System Log: until the next one may go */
	TAG_LINK = 123, /* path and query of rel="next"; net has checked
			   that its origin is ours. Absent: no next page */
	TAG_REQUEST_ID = 124,
	TAG_CONTENT_TYPE = 125,
	TAG_WWW_AUTHENTICATE = 126,
	TAG_DATE = 127, /* u64 Unix seconds of the Date header */
	TAG_ERROR_KIND = 128, /* u32 enum error_kind, with ERROR */

	/* INT_PERSON and INT_CONF use tags of their own: see conf_slice.h */

	/* INT_CHARGE, INT_OUTCOME */
	TAG_RESULT = 140, /* u32 enum login_outcome */
	TAG_REASON = 141, /* for the journal and `oktactl user` */
	TAG_FACTORS = 142, /* "password", "password push" … */
	TAG_OKTA_REQUEST = 143, /* x-okta-request-id */
	TAG_OKTA_CODE = 144, /* errorCode of Okta's answer */
	TAG_FACTOR = 145, /* INT_SEND: u32 enum proof_kind */
	TAG_SESSION_TOKEN = 146, /* INT_OUTCOME: what an Okta session can be
				    made of */
	TAG_DEVICE = 147, /* INT_GRANT of the first try, of a trusted
			     application: what Okta remembers, 32 digits */
	/* Besides, from protocol.h: RHOST in CHARGE and OUTCOME, CODE (the
	 * verdict for the client) in OUTCOME and REFUSE, TICKET in TICKET. */

	/* INT_SESSION, INT_SESSION_DONE */
	TAG_SESSION_DO = 160, /* u32 enum okta_session_do */
	TAG_SESSION_VALUE = 161, /* session token, or id: a secret */
	TAG_SESSION_RESULT = 162, /* u32 enum okta_session_result */
	TAG_SESSION_LIFE = 163, /* u32 seconds from the answer on */
	TAG_SESSION_ACTIVE = 164, /* u32; 1: Okta asks for nothing more */

	/* CTL_ANSWER of CTL_PERSON */
	TAG_TIME = 150, /* u64 Unix seconds */
	/* CTL_ANSWER of CTL_FORGET, INT_CHANNEL */
	TAG_OKTA_ID = 151,
	TAG_AGE = 152, /* INT_CLEARED: u32 seconds */

	/* CTL_SESSIONS; besides UID, USER, OKTA_ID, SERVICE, TTY, RHOST,
	 * FACTORS, and TIME since when */
	SESSION_ID = 300, /* what people call it */
	SESSION_FLOW = 301, /* u32 enum conf_flow */
	SESSION_AUDIT = 302, /* u32 audit session id, or UINT32_MAX */
	SESSION_PID = 303,
	SESSION_ACCOUNT = 308, /* the local one, where it is not their own */
	SESSION_IS_LEFT = 304, /* u32; 1: closed, and not all of it gone */
	SESSION_PROOF_AGE = 305, /* u32 seconds; absent: no proof */
	SESSION_OKTA = 309, /* u32; 1: oktad holds an Okta session for it */

	SESSION_GRACE = 306, /* u32 seconds left; 0: none */
	SESSION_HELD = 307, /* in a frame of its own: u32 people who may not log
			       in and keep their sessions */

	/* CTL_LOGOUT */
	LOGOUT_WHAT = 320, /* u32 enum logout_what */
	LOGOUT_FOUND = 321, /* u32 processes, or with LOGOUT_GRACE sessions */
	LOGOUT_ENDED = 322, /* u32 of them, not there any more */
	LOGOUT_LEFT = 323, /* u32 besides, services of root's left alone */

	/* CTL_CHANGE, CTL_CHANGED */
	CHANGE_WHAT = 330, /* the command */
	CHANGE_WHOM = 331, /* ids and names */
	CHANGE_FILE = 332, /* path, for messages */
	CHANGE_RESULT = 333, /* a word */

	/* INT_STATUS / CTL_STATUS; the sender is named by STATUS_PROCESS */
	STATUS_PROCESS = 200, /* "oktad", "oktad-net", "oktad-sync" */
	STATUS_PID = 201,
	STATUS_ORG = 202, /* base URL */
	STATUS_PIPELINE = 203, /* "idx", "v1" or "unknown" */
	STATUS_MODE = 204, /* "oauth" or "api_token" */
	STATUS_TOKEN_EXPIRES = 205, /* u64 Unix seconds, 0 none held */
	STATUS_SCOPES = 206, /* granted, by spaces */
	STATUS_MISSING = 207, /* asked for and not granted, by spaces */
	STATUS_SKEW = 208, /* i32 as u32 seconds */
	STATUS_ERROR = 209, /* last error, or absent */
	STATUS_SYNC_STATE =
	    210, /* "never", "running", "idle", "failed", "refused_shrink" */
	STATUS_SYNC_STARTED = 211,
	STATUS_SYNC_FULL = 212, /* end of the last good full pass */
	STATUS_SYNC_POLL = 213,
	STATUS_SYNC_DONE = 214, /* u32 people read so far */
	STATUS_SYNC_TOTAL = 215, /* u32 expected, 0 unknown */
	STATUS_USERS = 216,
	STATUS_GROUPS = 217,
	STATUS_ADDED = 218,
	STATUS_REMOVED = 219,
	STATUS_REFUSED = 220, /* repeated: "id\tname\twhy" */
	STATUS_RESULT =
	    221, /* INT_SYNC_DONE: "ok", "refused_shrink", "failed" */
	STATUS_SYNC_PAGES = 222, /* u32 answers read so far */
	STATUS_SYNC_POLLS = 223, /* "log" or, where that is refused, "lists" */
	STATUS_UNASKED = 224 /* u32 OUTCOME_UNASKED since anybody got in */
};

#endif
