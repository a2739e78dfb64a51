"""Links of authn answers (HAL with hints).  Reference: okta-api.md, 2.1."""


def link(request, path, name=None):
    """A link below /api/v1/authn, on the origin the caller used."""
    shown = {"name": name} if name else {}
    shown["href"] = request.base + "/api/v1/authn" + path
    shown["hints"] = {"allow": ["POST"]}
    return shown
