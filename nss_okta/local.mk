# Room nss_okta.
