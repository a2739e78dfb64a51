# Room oktad.
