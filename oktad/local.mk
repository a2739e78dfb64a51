# Room oktad: four programs, each with the least link line its job allows.
include oktad/net.mk
include oktad/sync.mk
include oktad/parent.mk
