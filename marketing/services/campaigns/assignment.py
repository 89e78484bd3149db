"""Who of a campaign is held out, in the test, and gets which variant: by hash alone."""

from core.chance import place_of

HOLDOUT, TEST, VARIANT = "holdout", "test", "variant"


def share_of(salt: str, purpose: str, contact: int) -> float:
    """Where a contact falls in [0, 1) for one question of a campaign, such as `holdout`.

    Questions of one campaign have nothing to do with each other: who is in the test is drawn anew
    among those who are not held out.
    """
    return place_of(f"{salt}:{purpose}", contact)
