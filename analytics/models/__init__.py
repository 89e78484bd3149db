"""What analytics keeps beside model versions and job runs."""

from analytics.models.file_trials import FileTrial

__all__ = ["FileTrial"]
