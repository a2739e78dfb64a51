# Room pam_okta.
