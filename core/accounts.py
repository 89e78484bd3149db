"""How allauth meets our users: nobody signs up alone, a trusted provider signs known people in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Administrators make users; the log-in page offers no sign-up."""

    def is_open_for_signup(self, _request: Any) -> bool:
        return False

    def save_user(self, _request: Any, _user: Any, _form: Any, commit: bool = True) -> Any:
        raise NotImplementedError("Sign-up is closed.")

    def populate_username(self, _request: Any, _user: Any) -> None:
        """Users have no user name; the e-mail address is all."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """OpenID Connect signs in people whose verified address an administrator has entered."""

    def is_open_for_signup(self, _request: Any, _sociallogin: Any) -> bool:
        return False
