"""What sales declares of duplicates."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.jobs.kinds import JobKind, job_kinds


def register_duplicates() -> None:
    job_kinds.register(
        JobKind(
            "crm.duplicate_keys",
            _("Find duplicates"),
            "crm.jobs.duplicate_keys.DuplicateKeysJob",
            permission="crm.duplicates.use",
            can_run_now=True,
            is_background=True,
        ),
        JobKind(
            "crm.duplicates",
            _("Compare possible duplicates"),
            "crm.jobs.duplicates.DuplicatesJob",
            permission="crm.duplicates.use",
            follows=("crm.duplicate_keys",),
            result_url=lambda _scope: reverse("duplicate_list"),
            counts={
                "compared": pgettext_lazy("duplicates", "Pairs compared"),
                "found": pgettext_lazy("duplicates", "Possible duplicates"),
            },
            is_background=True,
        ),
        JobKind(
            "crm.duplicate_merge",
            _("Merge duplicates"),
            "crm.jobs.duplicate_merges.DuplicateMergeJob",
            permission="crm.duplicates.use",
            result_url=lambda scope: f"{reverse('duplicate_list')}?type={scope['type']}",
            counts={
                "merged": pgettext_lazy("duplicates", "Merged"),
                "left_alone": pgettext_lazy("duplicates", "Left alone"),
            },
        ),
    )
