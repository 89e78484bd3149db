"""How allauth meets our users: nobody signs up alone, a trusted provider signs known people in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from core.mailboxes import reaches_somebody


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Administrators make users; the log-in page offers no sign-up."""

    def is_open_for_signup(self, _request: Any) -> bool:
        return False

    def save_user(self, _request: Any, _user: Any, _form: Any, commit: bool = True) -> Any:
        raise NotImplementedError("Sign-up is closed.")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing is mailed to an address that reaches nobody."""
        if reaches_somebody(email):
            super().send_mail(template_prefix, email, context)

    def populate_username(self, _request: Any, _user: Any) -> None:
        """Users have no user name; the e-mail address is all."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """OpenID Connect signs in people whose verified address an administrator has entered."""

    def is_open_for_signup(self, _request: Any, _sociallogin: Any) -> bool:
        return False
