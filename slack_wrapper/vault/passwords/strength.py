"""How soon a password is guessed by somebody who has the key file; a public one, everybody has."""

from __future__ import annotations

from slack_wrapper.common.redact import Secret

# Guesses a second of a farm of graphics cards against Argon2id with 64 MiB; the slowest of zxcvbn's
# offline scenarios, https://github.com/dropbox/zxcvbn#usage
_RATE = "offline_slow_hashing_1e4_per_second"
_ENOUGH = 1e10  # guesses; zxcvbn's best score, "very unguessable"
_LONGEST = 72  # characters that zxcvbn takes; longer ones are not weak by their length at least
_USUAL = ["slack", "snakemake", "slack-wrapper", "workflow", "password"]


def warning(password: Secret) -> str | None:
    """Return what should be said of a weak password, None of a good one.

    Args:
        password: a new one, for a key file.
    """
    from zxcvbn import zxcvbn

    found = zxcvbn(password.reveal()[:_LONGEST], user_inputs=_USUAL)
    if float(found["guesses"]) >= _ENOUGH:
        return None
    time = str(found["crack_times_display"][_RATE])
    return (
        f"the password is weak: whoever has the key file guesses it in {time} (an estimate, at "
        "10,000 guesses a second); four random words are far better"
    )
