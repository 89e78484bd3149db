"""Where people outside reach this installation: links of letters, of websites, of mail servers."""

from django.conf import settings


def absolute(path: str) -> str:
    """The whole address of a path; without BASE_URL that on the machine it runs on."""
    return (settings.BASE_URL.rstrip("/") or settings.LOCAL_URL) + path
