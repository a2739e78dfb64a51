/*
 * The statements of state_apply(), twice: of everybody, and of the people in
 * "part" alone. Between two passes one person among 100,000 is to cost what one
 * person costs.
 */
#include "state_private.h"

/* Who would like which name: groups and people whose name is new. People come
 * in only with a good record, entitled, and after they were active once. */
#define WISHES(people)                                                       \
	"DELETE FROM wish;"                                                  \
	"INSERT INTO wish SELECT 2, s.id, g.name, g.gid, 0 FROM in_group g"  \
	" JOIN source s ON s.num = g.src AND s.publishes & 1"                \
	" WHERE g.problem = '' AND NOT EXISTS (SELECT 1 FROM grp"            \
	"  WHERE grp.id = s.id AND grp.name = g.name);"                      \
	"INSERT INTO wish SELECT 1, ip.id, ip.name, ip.uid, ip.gid"          \
	" FROM " people " ip LEFT JOIN person p ON p.id = ip.id"             \
	" WHERE ip.problem = '' AND CASE WHEN p.uid IS NOT NULL"             \
	"  THEN p.name <> ip.name"                                           \
	"  ELSE ip.status NOT IN (0, 1) AND EXISTS (SELECT 1 FROM in_via i"  \
	"   JOIN source s ON s.num = i.src AND s.allows WHERE i.pk = ip.pk)" \
	" END;"

/* Every reason why somebody is not what Okta says, except for numbers. Where
 * two want a name at once, neither has it (T10, T2). */
#define REFUSALS(people)                                                       \
	"INSERT INTO note SELECT s.id, g.okta_name, g.problem"                 \
	" FROM in_group g JOIN source s ON s.num = g.src AND s.publishes & 1"  \
	" WHERE g.problem <> '';"                                              \
	"INSERT INTO note SELECT ip.id, ip.name, ip.problem FROM " people      \
	" ip WHERE ip.problem <> '' AND EXISTS"                                \
	" (SELECT 1 FROM in_via i WHERE i.pk = ip.pk);"                        \
	"INSERT INTO note SELECT w.id, w.name, 'the name belongs to ' || n.id" \
	" FROM wish w CROSS JOIN name n ON n.name = w.name"                    \
	" WHERE n.kind <> w.kind OR n.id <> w.id;"                             \
	"DELETE FROM wish WHERE EXISTS (SELECT 1 FROM name n"                  \
	" WHERE n.name = wish.name"                                            \
	" AND (n.kind <> wish.kind OR n.id <> wish.id));"                      \
	"INSERT INTO note SELECT w.id, w.name, 'the name is wanted by '"       \
	" || (SELECT count(*) FROM wish o WHERE o.name = w.name)"              \
	" || ' at once' FROM wish w WHERE w.name IN"                           \
	" (SELECT name FROM wish GROUP BY name HAVING count(*) > 1);"          \
	"DELETE FROM wish WHERE name IN"                                       \
	" (SELECT name FROM wish GROUP BY name HAVING count(*) > 1);"          \
	"INSERT INTO note SELECT w.id, w.name, 'the number ' || w.number ||"   \
	" ' is wanted by more than one' FROM wish w WHERE w.number IN"         \
	" (SELECT number FROM wish WHERE number <> 0"                          \
	"  GROUP BY number HAVING count(*) > 1);"                              \
	"DELETE FROM wish WHERE number IN (SELECT number FROM wish"            \
	" WHERE number <> 0 GROUP BY number HAVING count(*) > 1);"

/* What Okta says of people who have their place. A broken record leaves the
 * last good one standing, but its status counts. Rows that say so already are
 * left alone: writing is what costs. */
#define GOOD(column) \
	column " = iif(i.problem = '', i." column ", person." column ")"
#define PEOPLE(people)                                                                                                    \
	"UPDATE person SET gone = 0, blocked = NOT i.has_status,"                                                         \
	" status = iif(i.has_status, i.status, person.status), " GOOD("login") ", " GOOD(                                 \
	    "gecos") ", " GOOD("home") ", " GOOD("shell") " FROM " people                                                 \
							  " i WHERE i.id = person.id"                                     \
							  " AND (person.gone <> 0 OR person.blocked = i.has_status"       \
							  "  OR i.has_status AND person.status <> i.status"               \
							  "  OR i.problem = ''"                                           \
							  "  AND (person.login, person.gecos, person.home, person.shell)" \
							  "   <> (i.login, i.gecos, i.home, i.shell));"

/* Who is in no list any more; but for what the guard holds back. */
#define VIA_DROP(people)                                                        \
	"DELETE FROM via WHERE (uid, src) IN (SELECT v.uid, v.src FROM " people \
	" CROSS JOIN via v ON v.uid = p.uid WHERE NOT EXISTS"                   \
	" (SELECT 1 FROM in_via i WHERE i.pk = ip.pk AND i.src = v.src)"
#define VIA_HOLD                                \
	" AND NOT EXISTS (SELECT 1 FROM lost l" \
	" WHERE l.uid = v.uid AND l.src = v.src AND l.word = 0)"
#define EVERYBODY "person p LEFT JOIN in_person ip ON ip.id = p.id"
#define PART "part ip CROSS JOIN person p ON p.id = ip.id"

#define VIA(people)                                                \
	"INSERT OR IGNORE INTO via (uid, src) SELECT p.uid, i.src" \
	" FROM " people " ip CROSS JOIN person p ON p.id = ip.id"  \
	" CROSS JOIN in_via i ON i.pk = ip.pk ORDER BY 1, 2;"

/* What is to be said of those who have their place. Clashes are listed for as
 * long as they last (T1). */
#define REMARKS(people)                                                     \
	"INSERT INTO remark SELECT ip.id, ip.name, ip.note"                 \
	" FROM " people " ip CROSS JOIN person p ON p.id = ip.id"           \
	" WHERE ip.note <> '';"                                             \
	"INSERT INTO remark SELECT p.id, p.name, 'the uid attribute says '" \
	" || ip.uid || ', the ledger holds ' || p.uid"                      \
	" FROM " people " ip CROSS JOIN person p ON p.id = ip.id"           \
	" WHERE ip.uid <> 0 AND ip.uid <> p.uid;"                           \
	"INSERT INTO remark SELECT p.id, p.name, 'the gid attribute says '" \
	" || ip.gid || ', the ledger holds ' || p.gid"                      \
	" FROM " people " ip CROSS JOIN person p ON p.id = ip.id"           \
	" WHERE ip.gid <> 0 AND ip.gid <> p.gid;"
#define CLASHES(rows)                                                     \
	"INSERT INTO remark SELECT n.id, x.name,"                         \
	" 'a clash of numbers: it has ' || n.number || ', candidate ' ||" \
	" n.k FROM " rows " WHERE n.k > 0;"

const struct state_scope state_everybody = {
    .begin = "DELETE FROM remark;"
	     "INSERT INTO remark SELECT id, 'zone', substr(net, 2) FROM zone"
	     " WHERE net LIKE '!%';",
    .wishes = WISHES("in_person"),
    .refusals = REFUSALS("in_person"),
    .remarks = REMARKS("in_person")
	CLASHES("number n JOIN (SELECT id, name FROM person"
		" UNION ALL SELECT id, name FROM grp) x ON x.id = n.id"),
    .people = PEOPLE("in_person"),
    .via = VIA("in_person"),
    .drop = VIA_DROP(EVERYBODY) ");",
    .hold = VIA_DROP(EVERYBODY) VIA_HOLD ");",
};

/* Groups are few: always all of them. */
const struct state_scope state_touched = {
    .begin = "DELETE FROM part;"
	     "INSERT INTO part SELECT * FROM in_person WHERE pk IN (SELECT pk"
	     " FROM touched UNION SELECT i.pk FROM note n JOIN in_person i"
	     "  ON i.id = n.id);"
	     "DELETE FROM note WHERE id IN"
	     " (SELECT id FROM part UNION ALL SELECT id FROM source);"
	     "DELETE FROM remark WHERE id IN"
	     " (SELECT id FROM part UNION ALL SELECT id FROM source);",
    .wishes = WISHES("part"),
    .refusals = REFUSALS("part"),
    .remarks = REMARKS("part") CLASHES("part x CROSS JOIN number n"
				       " ON n.kind = 1 AND n.id = x.id")
	CLASHES("grp x CROSS JOIN number n ON n.kind = 2 AND n.id = x.id"),
    .people = PEOPLE("part"),
    .via = VIA("part"),
    .drop = VIA_DROP(PART) ");",
    .hold = VIA_DROP(PART) VIA_HOLD ");",
};
