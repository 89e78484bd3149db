"""How fast the admin panel is at a large company's size.

    python -m benchmarks.admin

Uses the database that `benchmarks.pages` has made, and changes nothing in it.
"""

from typing import TYPE_CHECKING

from benchmarks.database import kept_database
from benchmarks.pages import Case, measure

if TYPE_CHECKING:
    from core.models import User

DEEP = 166  # the last page that is turned to
TABLES = (
    "crm_contact",
    "crm_company",
    "crm_lead",
    "crm_deal",
    "crm_activity",
    "crm_interaction",
    "crm_leadscore",
    "core_auditevent",
    "core_searchentry",
    "core_jobrun",
    "core_user",
)


def cases(user: "User") -> dict[str, str]:
    from django.urls import reverse

    contacts = reverse("admin:crm_contact_changelist")
    lists = {name: reverse(f"admin:{name}_changelist") for name in TABLES}
    return {
        "the panel's first page": reverse("admin:index"),
        **{f"list of {name}": url for name, url in lists.items()},
        "contacts, last page that is turned to": f"{contacts}?p={DEEP}",
        "contacts in the order of creation": f"{contacts}?o=6",
        "contacts, search by name": f"{contacts}?q=Hannah+Lindqvist",
        "contacts, search by a common name": f"{contacts}?q=Hannah",
        "contacts, search by number": f"{contacts}?q=4321",
        "contacts in the bin": f"{contacts}?bin=yes",
        "contacts of a lifecycle stage": f"{contacts}?lifecycle_stage__exact=customer",
        "contact": reverse("admin:crm_contact_change", args=[4_321]),
        "trail of a contact": f"{lists['core_auditevent']}?object_type=crm.contact&object_id=4321",
        "links offered": f"{reverse('admin:autocomplete')}?app_label=crm&model_name=deal"
        "&field_name=contact&term=Hannah",
    }


def main() -> None:
    with kept_database("pages", fresh=False) as vendor:
        from django.conf import settings
        from django.db import transaction
        from django.test import Client

        from core.models import Role, User
        from crm.models import Contact

        settings.ALLOWED_HOSTS = ["testserver"]
        rows = f"{Contact.objects.order_by('-pk').values_list('pk', flat=True).first() or 0:,}"
        print(f"{vendor}: admin panel at {rows} contacts, 40 requests each")
        print("| page | median ms | 95th ms | queries | KB |")
        print("| --- | ---: | ---: | ---: | ---: |")
        with transaction.atomic():  # sessions and the role are not kept
            user = User.objects.create_user("panel@example.com", name="Panel")
            user.roles.add(Role.objects.get(key="administrator"))
            client = Client()
            for what, url in cases(user).items():
                measure(Case(what, url, user), client)
            transaction.set_rollback(True)


if __name__ == "__main__":
    main()
