#include "flow.h"

static const struct flow *const flows[] = {
    [FLOW_AUTHN] = &flow_authn,
    [FLOW_DIRECT] = &flow_direct,
    [FLOW_DEVICE] = &flow_device,
};

const struct flow *
flow_find(enum conf_flow flow)
{
	if ((unsigned int)flow >= sizeof(flows) / sizeof(flows[0]))
		return NULL;
	return flows[flow];
}

const struct flow *
flow_find_second(const struct slice_person *p)
{
	if (p->flow == FLOW_DIRECT)
		return &flow_second;
	if (p->flow == FLOW_DEVICE)
		return &flow_device;
	return p->factors_api ? &flow_factors : NULL;
}
