"""A ready-made letter made one's own, as its writer does before it may be sent."""

from playwright.sync_api import Page, expect

ADDRESS = "https://helioptic.example/begin"


def in_own_words(page: Page) -> None:
    """In each language: other words in place of the template's, and an address of one's own behind each button."""
    languages = page.locator(".ed-h nav.seg").first.locator("a")
    for place in range(languages.count()):
        languages.nth(place).click()
        expect(languages.nth(place)).to_have_attribute("aria-current", "true")
        for area in page.locator("#letter-canvas textarea").all():
            area.fill("Words of our own")
        for button in page.locator("#letter-canvas .mb-button .mail-btn input").all():
            button.focus()
            with page.expect_response("**/write/"):
                page.locator("[data-settings]:visible [name$='-url']").fill(ADDRESS)
