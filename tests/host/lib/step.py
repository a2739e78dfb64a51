"""One step of a set-up: what failed, in a sentence, and what helps."""

import subprocess


class SetupError(Exception):
    """The private host cannot be had; the command was not run."""

    def __init__(self, step, what, remedy=None):
        super().__init__(what)
        self.step = step
        self.remedy = remedy

    def __str__(self):
        text = f"{self.step}: {self.args[0]}"
        if self.remedy:
            text += f"\n  what helps: {self.remedy}"
        return text


def call(step, *argv, remedy=None, **kwargs):
    """Runs argv to its end and returns its stdout; failure is a SetupError
    that carries the last lines the program wrote."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, errors="replace", check=False,
                              **kwargs)
    except OSError as e:
        raise SetupError(step, f"{argv[0]}: {e.strerror}",
                         remedy or "install the package that holds it "
                         "(tests/packages host)") from e
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip().splitlines()[-12:]
        raise SetupError(step, f"`{' '.join(argv)}` ended with "
                         f"{done.returncode}\n  " + "\n  ".join(said), remedy)
    return done.stdout
