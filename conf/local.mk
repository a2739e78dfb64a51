# Room conf.
