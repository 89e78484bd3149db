"""Settings of the method tests."""

from hypothesis import settings

# Test machines are busy: a slow example is no failure.
settings.register_profile("methods", deadline=None)
settings.load_profile("methods")
