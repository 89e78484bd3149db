"""What good records of sales are."""

from django.utils.translation import gettext_lazy as _

from core.registries import QualityCheck, QualityRules

OWNERLESS = QualityCheck("no_owner", _("Nobody owns them"), ["owner:empty"], mend="assign")
LEFT = QualityCheck(
    "owner_left",
    _("The owner's account is switched off"),
    ["owner:is:{left}"],
    "assign",
)
STALE = QualityCheck(
    "stale",
    _("Touched too long ago"),
    ["touched:longer_ago:{days}"],
    mend="assign",
    columns=("touched", "owner"),
)
NEVER = QualityCheck(
    "never_touched",
    _("Never touched since they were added"),
    ["touched:empty", "created:longer_ago:{days}"],
    mend="assign",
    columns=("created", "owner"),
)
EMAIL_INVALID = QualityCheck(
    "email_invalid",
    _("The e-mail address is invalid"),
    ["email_problem:is:invalid"],
    columns=("email", "email_problem", "owner"),
)
EMAIL_MISTYPED = QualityCheck(
    "email_mistyped",
    _("The e-mail address is probably mistyped"),
    ["email_problem:is:mistyped"],
    columns=("email", "email_meant", "owner"),
)
PHONE_INVALID = QualityCheck(
    "phone_invalid",
    _("The phone number cannot be dialled"),
    ["phone_problem:is:invalid"],
    columns=("phone", "phone_problem", "owner"),
)

QUALITY_RULES = (
    QualityRules(
        "crm.contact",
        ("name", "email", "phone", "job_title", "company", "country", "lifecycle_stage", "source"),
        (
            EMAIL_INVALID,
            EMAIL_MISTYPED,
            QualityCheck(
                "other_email_wrong",
                _("The other e-mail address is invalid or mistyped"),
                ["other_email_problem:set"],
                columns=("other_email", "other_email_problem", "other_email_meant"),
            ),
            PHONE_INVALID,
            QualityCheck(
                "mobile_invalid",
                _("The mobile number cannot be dialled"),
                ["mobile_problem:is:invalid"],
                columns=("mobile", "owner"),
            ),
            QualityCheck(
                "other_phone_invalid",
                _("The other phone number cannot be dialled"),
                ["other_phone_problem:is:invalid"],
                columns=("other_phone", "owner"),
            ),
            QualityCheck(
                "unreachable",
                _("No way to reach them: no e-mail, no phone"),
                [
                    "email:empty",
                    "other_email:empty",
                    "phone:empty",
                    "mobile:empty",
                    "other_phone:empty",
                ],
                columns=("company", "linkedin_url", "owner"),
            ),
            QualityCheck("no_company", _("Without a company"), ["company:empty"], mend="edit"),
            OWNERLESS,
            LEFT,
            STALE,
            NEVER,
        ),
        judged=("email", "other_email", "phone", "mobile", "other_phone"),
        side_name="crm.ContactQuality",
    ),
    QualityRules(
        "crm.company",
        ("domain", "industry", "employees", "phone", "country", "city"),
        (
            QualityCheck(
                "no_domain",
                _("Without a domain: e-mails cannot be matched to them"),
                ["domain:empty"],
                columns=("website", "industry", "owner"),
            ),
            EMAIL_INVALID,
            EMAIL_MISTYPED,
            PHONE_INVALID,
            OWNERLESS,
            LEFT,
            STALE,
            NEVER,
        ),
        judged=("email", "phone"),
        side_name="crm.CompanyQuality",
    ),
    QualityRules(
        "crm.lead",
        ("contact", "company", "source", "country", "interest", "budget"),
        (
            QualityCheck("no_contact", _("Nobody to talk to: no contact"), ["contact:empty"]),
            QualityCheck("no_source", _("Without a source"), ["source:empty"], mend="edit"),
            OWNERLESS,
            LEFT,
            QualityCheck(
                "stale",
                _("Open, and touched too long ago"),
                ["status:is:new,working,qualified", "touched:longer_ago:{days}"],
                mend="edit",
                columns=("status", "touched", "owner"),
            ),
        ),
    ),
    QualityRules(
        "crm.deal",
        ("company", "contact", "amount", "close", "source", "next_step"),
        (
            QualityCheck(
                "overdue",
                _("Open, and the expected close is past"),
                ["status:is:open", "close:longer_ago:0"],
                mend="edit",
                columns=("stage", "close", "amount", "owner"),
            ),
            QualityCheck(
                "no_amount",
                _("Open, without a value or its exchange rate"),
                ["status:is:open", "amount:empty"],
                columns=("stage", "close", "owner"),
            ),
            QualityCheck(
                "no_close",
                _("Open, without an expected close"),
                ["status:is:open", "close:empty"],
                mend="edit",
                columns=("stage", "amount", "owner"),
            ),
            QualityCheck("no_company", _("Without a company"), ["company:empty"], mend="edit"),
            QualityCheck(
                "no_reason",
                _("Lost, without a reason"),
                ["status:is:lost", "lost_reason:empty"],
                mend="edit",
                columns=("stage", "closed", "owner"),
            ),
            OWNERLESS,
            LEFT,
            QualityCheck(
                "stale",
                _("Open, and touched too long ago"),
                ["status:is:open", "touched:longer_ago:{days}"],
                mend="assign",
                columns=("stage", "touched", "owner"),
            ),
        ),
    ),
    QualityRules(
        "crm.product",
        ("sku", "category", "unit", "price"),
        (
            QualityCheck(
                "no_price", _("On sale, without a price"), ["is_active:yes", "price:empty"]
            ),
            OWNERLESS,
        ),
    ),
)
