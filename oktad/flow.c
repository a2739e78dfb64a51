#include "flow.h"

static const struct flow flows[] = {
    [FLOW_AUTHN] = {"authn",
	"HTTP 200, JSON, status SUCCESS, the bound user id, a session token",
	flow_authn_run},
};

const struct flow *
flow_find(enum conf_flow flow)
{
	if ((unsigned int)flow >= sizeof(flows) / sizeof(flows[0]) ||
	    flows[flow].run == NULL)
		return NULL;
	return &flows[flow];
}
