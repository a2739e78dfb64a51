# Room oktactl.
