"""PAM stacks with one fault each: the finding of `oktactl check` that tells it,
and how the fault is made (test_oktactl_check.py)."""

BROKEN = [
    ("pam-auth", "sed -i '/pam_okta/d' /etc/pam.d/common-auth", None),
    ("pam-auth-falls-through",
     "sed -i '/pam_okta/s/default=die/default=ignore/' "
     "/etc/pam.d/common-auth", None),
    ("pam-auth-local",
     "sed -i '/pam_okta/s/user_unknown=ignore ignore=ignore//' "
     "/etc/pam.d/common-auth", None),
    ("pam-account", "sed -i '/pam_okta/d' /etc/pam.d/common-account", None),
    ("pam-account-ignored",
     "sed -i '/pam_okta/s/default=bad/default=ignore/' "
     "/etc/pam.d/common-account", None),
    ("pam-account-skipped",
     "sed -i '1i account sufficient pam_permit.so' "
     "/etc/pam.d/common-account", None),
    # Wrong jump counts, substacks, and lines of one service alone.
    ("pam-auth-closed", "sed -i '/pam_okta/s/success=2/success=1/' "
                        "/etc/pam.d/common-auth", None),
    ("pam-auth-falls-through",
     "sed -i '/pam_okta/s/default=die/default=bad/; "
     "/pam_unix/iauth [default=reset] pam_env.so' "
     "/etc/pam.d/common-auth && echo 'auth sufficient pam_permit.so' "
     ">>/etc/pam.d/common-auth", None),
    ("pam-auth-bypassed", "sed -i '1i auth sufficient pam_permit.so' "
                          "/etc/pam.d/sudo", None),
    ("pam-second-unproven",
     "{ echo 'auth required pam_faildelay.so'; echo 'auth [success=done "
     "user_unknown=ignore ignore=ignore default=die] pam_okta.so "
     "second_factor after=stack'; cat /etc/pam.d/sudo; } >/etc/pam.d/sudo.new "
     "&& mv /etc/pam.d/sudo.new /etc/pam.d/sudo", None),
    ("pam-account-skipped", "sed -i '1i account sufficient pam_permit.so' "
                            "/etc/pam.d/cron", None),
    ("sshd-usepam", "echo 'UsePAM no' > /etc/ssh/sshd_config.new && "
                    "cat /etc/ssh/sshd_config >> /etc/ssh/sshd_config.new && "
                    "mv /etc/ssh/sshd_config.new /etc/ssh/sshd_config", None),
]
