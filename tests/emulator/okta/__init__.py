"""An Okta org on loopback: state, TLS, every answer, faults and a record."""
