/*
 * Every fixed path of the product, from configure's folders. Nothing here can
 * be changed at run time: the modules run inside setuid programs.
 */
#ifndef OKTA_PATHS_H
#define OKTA_PATHS_H

#define OKTA_CONF_PATH OKTA_SYSCONFDIR "/okta/okta.conf"
#define OKTA_CONF_DROPIN_DIR OKTA_SYSCONFDIR "/okta/okta.conf.d"

#define OKTA_RUN_DIR OKTA_RUNSTATEDIR "/okta"
#define OKTA_LOGIN_SOCK OKTA_RUN_DIR "/login.sock"
#define OKTA_SELF_SOCK OKTA_RUN_DIR "/self.sock"
#define OKTA_CONTROL_SOCK OKTA_RUN_DIR "/control.sock"
#define OKTA_INTERNAL_SOCK OKTA_RUN_DIR "/internal.sock"

#define OKTA_STATE_DIR OKTA_LOCALSTATEDIR "/lib/okta"
#define OKTA_PUBLIC_DIR OKTA_STATE_DIR "/public"
#define OKTA_DIRECTORY_PATH OKTA_PUBLIC_DIR "/directory"
#define OKTA_CONFIRMED_PATH OKTA_PUBLIC_DIR "/confirmed"
#define OKTA_PRIVATE_DIR OKTA_STATE_DIR "/private"
#define OKTA_PEOPLE_PATH OKTA_PRIVATE_DIR "/people"
#define OKTA_RULES_PATH OKTA_PRIVATE_DIR "/rules"
#define OKTA_FORMER_PATH OKTA_PRIVATE_DIR "/former"
#define OKTA_BUDGET_PATH OKTA_PRIVATE_DIR "/budget"
#define OKTA_DEVICE_PATH OKTA_PRIVATE_DIR "/device"
#define OKTA_PREFERENCES_PATH OKTA_PRIVATE_DIR "/preferences"
#define OKTA_SESSIONS_PATH OKTA_PRIVATE_DIR "/sessions"
#define OKTA_HELD_PATH OKTA_PRIVATE_DIR "/held"
#define OKTA_HELD_PEOPLE_PATH OKTA_PRIVATE_DIR "/held.people"
#define OKTA_BEFORE_PATH OKTA_PRIVATE_DIR "/people.before"
#define OKTA_STATE_FOLDER OKTA_STATE_DIR "/state"
#define OKTA_STATE_DB_PATH OKTA_STATE_FOLDER "/state.db"

#define OKTA_NET_USER "oktad-net"
#define OKTA_SYNC_USER "oktad-sync"
#define OKTA_LOGIN_USER "oktad-login"

#endif
