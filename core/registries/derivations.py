"""The ways in which a value comes about by itself."""

from dataclasses import dataclass

from django.utils.functional import Promise

from core.registries.base import Registry


@dataclass(frozen=True)
class Derivation:
    """A method, and the sentence that tells people of it; `%(detail)s` is what it took the value from."""

    key: str
    sentence: Promise


derivations: Registry[Derivation] = Registry("Derivation")
