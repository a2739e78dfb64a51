# Tests of area pam.
