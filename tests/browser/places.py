"""The places of the product that people look at: its pages, and what opens on top of them."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.product import Product
from tests.browser.steps import LIST_DIALOG

KINDS = {
    "lead": "leads",
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "product": "products",
    "activity": "activities",
    "group": "groups",
    "event": "events",
    "segment": "segments",
    "webform": "forms",
}
LISTS = tuple(f"/{folder}/" for folder in KINDS.values())
WITHOUT_RECORD = (
    "/",
    "/getting-started/",
    "/inbox/",
    "/recent/",
    "/tasks/",
    "/search/?q=chen",
    "/bin/",
    "/bin/?type=crm.contact",
    "/imports/",
    "/data-quality/",
    "/data-quality/?type=crm.deal",
    "/duplicates/",
    "/jobs/",
    "/segments/new/?kind=static",
    "/campaigns/",
    "/campaigns/new/",
    "/forms/new/",
    "/campaigns/calendar/",
    "/campaigns/compare/",
    "/campaigns/past/",
    "/campaigns/planner/",
    "/campaigns/templates/",
    "/settings/mail/",
    "/forecast/files/",
    "/scoring/",
    "/scoring/compare/",
    "/scoring/groups/",
    "/scoring/points/",
    "/scoring/points/limits/",
    "/scoring/points/new/?kind=fit",
    "/scoring/points/new/?kind=interaction",
    "/scoring/compare/",
    "/scoring/groups/",
    "/scoring/try/",
    "/forecast/deals/",
    "/forecast/quarter/",
    "/forecast/",
    "/forecast/?measure=interactions&grain=week",
    "/forecast/target/",
    "/customers/segments/",
    "/customers/segments/model/",
    "/customers/segments/options/",
    "/customers/cells/",
    "/customers/moves/",
    "/customers/value/",
    "/customers/cohorts/",
    "/customers/cohorts/?show=value",
    "/customers/cohorts/?show=converted",
    "/customers/lifecycle/",
    "/customers/lifecycle/terms/",
    "/customers/lifecycle/stages/",
    "/customers/lifecycle/stages/new/",
    "/settings/",
    "/settings/company/",
    "/settings/invite/",
    "/settings/users/",
    "/settings/users/2/",
    "/settings/users/2/off/",
    "/settings/teams/",
    "/settings/teams/1/",
    "/settings/roles/",
    "/settings/roles/1/",
    "/settings/roles/3/",
    "/settings/roles/new/",
    "/settings/rights/?user=2&record=crm.lead:1&what=field:crm.lead.source",
    "/settings/sample/",
    "/settings/websites/",
    "/settings/pipelines/",
    "/settings/closing/",
    "/settings/closing/reasons/new/lost/",
    "/settings/closing/competitors/new/",
    "/deals/?as=board",
    "/deals/?as=board&q=zzzz",
    "/deals/funnel/?by=owner",
    "/home/managing/?by=source",
    "/home/next/",
    "/deals/funnel/?period=custom&first=2001-01-01&last=2001-01-31",
    "/settings/pipelines/new/",
    "/settings/assignment/",
    "/settings/assignment/new/",
    "/settings/assignment/people/2/",
    "/settings/response/",
    "/leads/response/",
    "/leads/?if=status:is:new&if=awaits:set",
    "/settings/messages/",
    "/settings/messages/purposes/new/",
    "/settings/messages/purposes/1/",
    "/settings/suppressions/",
    "/settings/suppressions/?q=nobody",
    "/settings/suppressions/add/",
    "/settings/layouts/",
    "/settings/tags/",
    "/settings/tags/1/",
    "/settings/schedules/",
    "/settings/export/",
    "/settings/audit/",
    "/settings/privacy/",
    "/settings/privacy/log-ins/",
    "/settings/system/",
    "/settings/system/workers/",
    "/settings/tokens/",
    "/settings/currencies/",
    "/settings/fields/",
    "/settings/fields/?type=crm.company",
    "/settings/fields/new/crm.lead/",
    "/settings/fields/new/crm.lead/?type=money",
    "/settings/webhooks/",
    "/settings/webhooks/new/",
    "/admin/",
    "/admin/crm/contact/",
    "/admin/crm/contact/1/change/",
    "/admin/core/auditevent/",
    "/admin/core/user/1/change/",
    "/api/docs/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/leads/?q=nobody+is+called+so",
    "/records/crm.lead/filter/",
    "/records/crm.lead/filter/?field=owner",
    "/records/crm.lead/columns/",
)
OPEN_LEAD = "SELECT min(id) FROM crm_lead WHERE status IN ('new', 'working', 'qualified')"
BESIDE_RECORD = ("?tab=changes", "edit/", "?tab=files", "../new/")


def pages(product: Product, *, is_whole: bool) -> list[str]:
    """The addresses of the pages, with records of the sample company.

    Types of records share their templates: without `is_whole` the pages beside the record's own
    take turns.
    """
    found = [*WITHOUT_RECORD, *LISTS]
    for place, (noun, folder) in enumerate(KINDS.items()):
        record = f"/{folder}/{busiest(product, noun)}/"
        beside = BESIDE_RECORD if is_whole else BESIDE_RECORD[place % 2 :: 2]
        found += [record, *(record + rest for rest in beside)]
    ask = product.installation.ask
    found.append(f"/imports/{ask('SELECT max(id) FROM crm_fileimport')}/")
    found.append(f"/jobs/{ask('SELECT max(id) FROM core_jobrun')}/")
    found.append(f"/deals/{busiest(product, 'deal')}/?tab=lines")
    scored = ask("SELECT min(lead_id) FROM crm_leadscore")
    found += [f"/leads/{scored}/score/", f"/scoring/leads/{scored}/"]
    found.append(f"/leads/{ask(OPEN_LEAD)}/convert/")
    found += _of_campaigns(product)
    found.append(f"/forms/{busiest(product, 'webform')}/answers/")
    found.append(f"/contacts/{busiest(product, 'contact')}/limits/")
    segment = ask("SELECT min(id) FROM crm_customersegment WHERE is_current")
    if segment:
        found += [f"/customers/segments/{segment}/", f"/customers/segments/{segment}/edit/"]
    return found


def _of_campaigns(product: Product) -> list[str]:
    """A draft in its editor, and one that is out."""
    of_state = "SELECT min(id) FROM marketing_campaign WHERE state = '{}'"
    draft, sent = (product.installation.ask(of_state.format(each)) for each in ("draft", "sent"))
    found = []
    if draft:
        steps = ("", "test/", "schedule/")
        found += [f"/campaigns/{draft}/edit/{step}" for step in steps]
    if sent:
        tabs = ("", "recipients/", "links/", "sending/", "about/")
        found += [f"/campaigns/{sent}/{tab}" for tab in tabs]
    return found


def busiest(product: Product, noun: str) -> int:
    """The record with most activities, which shows most on its page."""
    column = noun if noun in ("lead", "contact", "company", "deal") else ""
    if column:
        question = (
            f"SELECT {column}_id FROM crm_activity WHERE {column}_id IS NOT NULL "
            f"GROUP BY {column}_id ORDER BY count(*) DESC, {column}_id LIMIT 1"
        )
    else:
        app = "marketing" if noun in ("segment", "webform") else "crm"
        question = f"SELECT min(id) FROM {app}_{noun}"
    return int(product.installation.ask(question))


def busiest_open_deal(product: Product) -> int:
    """One that can still be moved; which deal is the busiest of all changes with the day."""
    question = (
        "SELECT a.deal_id FROM crm_activity a JOIN crm_deal d ON d.id = a.deal_id "
        "JOIN crm_stage s ON s.id = d.stage_id WHERE s.kind = 'open' AND d.deleted_at IS NULL "
        "GROUP BY a.deal_id ORDER BY count(*) DESC, a.deal_id LIMIT 1"
    )
    return int(product.installation.ask(question))


@dataclass(frozen=True)
class Opened:
    """Something that opens on a page: a dialog, a menu, a panel, a control in place."""

    name: str
    path: str
    open: Callable[[Page], None]
    seen: str
    on_phone: bool = True

    def show(self, page: Page) -> None:
        self.open(page)
        expect(page.locator(self.seen).first).to_be_visible()


def press(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).locator("visible=true").first.click()


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette-q").fill("wang")
    expect(page.locator("#palette-results a").first).to_be_visible()


def _bulk(action: str) -> Callable[[Page], None]:
    def choose(page: Page) -> None:
        page.locator("input[name=ids]").first.check()
        page.locator(f"[data-bulk] button[formaction*='/{action}/']").click()

    return choose


def _field(page: Page) -> None:
    press("[data-hotkey=f]")(page)
    page.locator("#list-dialog a[href$='=status']").click()


GROUPS = (
    "/leads/?if=%7B%22any%22%3A%5B%7B%22not%22%3A%7B%22any%22%3A%5B%7B%22field%22%3A%22owner%22%2C"
    "%22operator%22%3A%22is%22%2C%22value%22%3A%5B%22me%22%5D%7D%2C%7B%22happened%22%3A"
    "%22activity%22%7D%5D%7D%7D%2C%7B%22field%22%3A%22score%22%2C%22operator%22%3A%22empty%22%7D%5D%7D"
)


def _delete(page: Page) -> None:
    press("[popovertarget=record-menu]")(page)
    press("[data-open=record-delete]")(page)


def _close(page: Page) -> None:
    """By the menu of stages, which phones have, too."""
    press("[hx-get$='/move/']")(page)
    page.locator("#list-dialog a[href*='stage=']").last.click()


def opened(product: Product) -> list[Opened]:
    lead = f"/leads/{busiest(product, 'lead')}/"
    deal = f"/deals/{busiest_open_deal(product)}/"
    return [
        Opened("palette", "/companies/", _palette, "#palette[open]"),
        Opened("keys", "/", lambda page: page.keyboard.press("?"), "#hotkeys[open]"),
        Opened("filter", "/leads/", press("[data-hotkey=f]"), f"{LIST_DIALOG} #field-list"),
        Opened("field", "/leads/", _field, f"{LIST_DIALOG} #f-apply"),
        Opened("groups", GROUPS, press("#chip-0"), f"{LIST_DIALOG} .cond-group"),
        Opened("columns", "/contacts/", press("[hx-get*='/columns/']"), LIST_DIALOG, False),
        Opened("view", "/deals/", press("#list-tabs [hx-get]"), LIST_DIALOG),
        Opened("move", "/deals/?as=board", press(".kb-mover"), f"{LIST_DIALOG} .kb-stages"),
        Opened("close", deal, _close, f"{LIST_DIALOG} [name=reason]"),
        Opened("sort", "/events/", press("[popovertarget=sort-menu]"), "#sort-menu"),
        Opened("menu", "/products/", press("[popovertarget=list-menu]"), "#list-menu"),
        Opened(
            "preview", "/contacts/", press("tr[data-preview] td:last-child"), "#preview h2", False
        ),
        Opened("selected", "/groups/", press("input[name=ids]"), "[data-bulk]"),
        Opened("assign", "/leads/", _bulk("assign"), LIST_DIALOG),
        Opened("tag", "/contacts/", _bulk("tag"), LIST_DIALOG),
        Opened("edit", "/companies/", _bulk("edit"), LIST_DIALOG),
        Opened("delete", deal, _delete, "#record-delete[open]"),
        Opened("record menu", lead, press("[popovertarget=record-menu]"), "#record-menu"),
        Opened("score", lead, press("#lead-score-set"), f"{LIST_DIALOG} #score_reason"),
        Opened("fact", lead, press(".fact-edit[hx-get$='/source/']"), ".fact-form"),
        Opened("tags", deal, press("#fact-tags .fact-edit"), ".fact-form"),
        Opened("related", deal, press(".related [hx-get]"), ".related form", False),
    ]
