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

	/* oktad -> net, with one descriptor: a new channel for ROLE. */
	INT_CHANNEL = 110,
	/* net -> oktad: SKEW (i32 as u32, seconds Okta is ahead of this host),
	 * ADMIN (present: the [admin] credential). Same id in the answer. */
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
	INT_REFUSED = 135,   /* oktad -> sync: ERROR */
	/* sync -> oktad: Okta was asked and nothing has changed. Answered like
	 * an image: INT_REFUSED where the published files are gone or bad. */
	INT_CONFIRM = 136,

	/* A channel: the asker sends REQUEST (BODY fields may follow in
	 * INT_REQUEST_BODY frames), then INT_REQUEST_END; net answers RESPONSE, any
	 * number of BODY, END. Any number of ids at once. */
	INT_REQUEST = 140,
	INT_REQUEST_BODY = 141,
	INT_REQUEST_END = 142,
	INT_RESPONSE = 143,
	INT_BODY = 144,
	INT_END = 145,

	/* oktad -> login worker, first frame: who this is about. */
	INT_PERSON = 150,
	/* worker -> oktad: may I send this password? Held, then INT_GRANT (with
	 * one descriptor: a channel to net) or INT_REFUSE (ERROR). */
	INT_CHARGE = 151,
	INT_GRANT = 152,
	INT_REFUSE = 153,
	/* worker -> oktad, once: RESULT and the words for the journal. For
	 * OUTCOME_ACCEPTED oktad answers INT_TICKET. */
	INT_OUTCOME = 154,
	INT_TICKET = 155,

	/* oktactl -> oktad on control.sock; each is answered by CTL_ANSWER
	 * with the same id (several frames, the last one with DONE), or
	 * CTL_ERROR with ERROR. */
	CTL_STATUS = 170,
	CTL_SYNC = 171,	       /* ACCEPT?; answers with progress, then DONE */
	CTL_TOKEN_RESET = 172,
	CTL_CHANNEL = 173,     /* answered with one descriptor, role control */
	CTL_PERSON = 174,      /* UID; answers the last refusal, if any */
	CTL_RELOAD = 175,
	CTL_ANSWER = 180,
	CTL_ERROR = 181
};

/* Who sits at the other end of a channel; net's table has these as rows. */
enum channel_role {
	ROLE_LOGIN = 1,
	ROLE_SYNC = 2,
	ROLE_CONTROL = 3
};

/* Where a request failed below HTTP. OFFLINE is the only one that may ever be
 * called "offline"; nothing was sent then. */
enum transport_error {
	TRANSPORT_OK = 0,
	TRANSPORT_OFFLINE = 1,	/* no address, no route, refused, no connect */
	TRANSPORT_TLS = 2,	/* certificate or handshake */
	TRANSPORT_TIME = 3,	/* after the request may have been sent */
	TRANSPORT_BROKEN = 4,	/* reset or cut after it may have been sent */
	TRANSPORT_TOO_BIG = 5,	/* a cap was hit */
	TRANSPORT_REFUSED = 6,	/* net's table does not allow it */
	TRANSPORT_CREDENTIAL = 7, /* no token could be had; KIND, ERROR say why */
	TRANSPORT_PROTOCOL = 8,	/* not HTTP, a redirect, a link to elsewhere */
	TRANSPORT_HELD = 9	/* not sent: our share of the rate limit is used
				   up; RETRY says for how long (never login) */
};

enum login_outcome {
	OUTCOME_NOT_TRIED = 0, /* no password was sent: nothing is charged */
	OUTCOME_ACCEPTED = 1,  /* verdict ACCEPT follows */
	OUTCOME_PROVEN = 2,    /* password right, login denied all the same */
	OUTCOME_WRONG = 3,     /* Okta said no */
	OUTCOME_UNKNOWN = 4    /* sent, no answer: stays charged */
};

enum internal_tag {
	TAG_ERROR = 100,      /* one sentence */
	TAG_ROLE = 101,	      /* u32 enum channel_role */
	TAG_SKEW = 102,
	TAG_ADMIN = 103,
	TAG_JWT = 104,
	TAG_GENERATION = 105, /* u64 */
	TAG_ACCEPT = 106,
	TAG_DONE = 107,

	/* INT_REQUEST */
	TAG_METHOD = 110,	/* "GET", "POST", … */
	TAG_PATH = 111,		/* path and query, begins with '/' */
	TAG_CONTENT = 112,	/* u32 enum http_content */
	TAG_TIMEOUT = 113,	/* u32 milliseconds for the whole request */
	TAG_MAX_BYTES = 114,	/* u32 cap of the decoded body */
	TAG_DATA = 115,		/* bytes of a body */
	TAG_CREDENTIAL = 116,	/* u32 enum http_credential the asker expects */
	TAG_FORWARDED = 117,	/* client address for X-Forwarded-For */
	/* INT_RESPONSE */
	TAG_STATUS = 120,	/* u32 HTTP status, 0 where none came */
	TAG_TRANSPORT = 121,	/* u32 enum transport_error */
	TAG_RETRY = 122,	/* u32 seconds by Okta's clock (429, 503) */
	TAG_LINK = 123,		/* path and query of rel="next"; net has checked
				   that its origin is ours. Absent: no next page */
	TAG_REQUEST_ID = 124,
	TAG_CONTENT_TYPE = 125,
	TAG_WWW_AUTHENTICATE = 126,
	TAG_DATE = 127,		/* u64 Unix seconds of the Date header */
	TAG_ERROR_KIND = 128,		/* u32 enum error_kind, with ERROR */

	/* INT_PERSON and INT_CONF use tags of their own: see conf_slice.h */

	/* INT_CHARGE, INT_OUTCOME */
	TAG_RESULT = 140,	/* u32 enum login_outcome */
	TAG_REASON = 141,	/* for the journal and `oktactl user` */
	TAG_FACTORS = 142,	/* "password", "password push" … */
	TAG_OKTA_REQUEST = 143, /* x-okta-request-id */
	TAG_OKTA_CODE = 144,	/* errorCode of Okta's answer */
	/* Besides, from protocol.h: RHOST in CHARGE and OUTCOME, CODE (the
	 * verdict for the client) in OUTCOME and REFUSE, TICKET in TICKET. */

	/* CTL_ANSWER of CTL_PERSON */
	TAG_TIME = 150,		/* u64 Unix seconds */

	/* INT_STATUS / CTL_STATUS; the sender is named by STATUS_PROCESS */
	STATUS_PROCESS = 200,	/* "oktad", "oktad-net", "oktad-sync" */
	STATUS_PID = 201,
	STATUS_ORG = 202,	/* base URL */
	STATUS_PIPELINE = 203,	/* "idx", "v1" or "unknown" */
	STATUS_MODE = 204,	/* "oauth" or "api_token" */
	STATUS_TOKEN_EXPIRES = 205, /* u64 Unix seconds, 0 none held */
	STATUS_SCOPES = 206,	/* granted, by spaces */
	STATUS_MISSING = 207,	/* asked for and not granted, by spaces */
	STATUS_SKEW = 208,	/* i32 as u32 seconds */
	STATUS_ERROR = 209,	/* last error, or absent */
	STATUS_SYNC_STATE = 210, /* "never", "running", "idle", "failed", "refused_shrink" */
	STATUS_SYNC_STARTED = 211,
	STATUS_SYNC_FULL = 212,	/* end of the last good full pass */
	STATUS_SYNC_POLL = 213,
	STATUS_SYNC_DONE = 214,	/* u32 people read so far */
	STATUS_SYNC_TOTAL = 215, /* u32 expected, 0 unknown */
	STATUS_USERS = 216,
	STATUS_GROUPS = 217,
	STATUS_ADDED = 218,
	STATUS_REMOVED = 219,
	STATUS_REFUSED = 220,	/* repeated: "id\tname\twhy" */
	STATUS_RESULT = 221	/* INT_SYNC_DONE: "ok", "refused_shrink", "failed" */
};

#endif
