"""The panel in a browser that speaks French."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from argot.client import Client
from shared.rpc.catalog import CustomModel

from .finding import button, choose

Enter = Callable[..., Page]


@pytest.fixture
def locale() -> str:
    return "fr-FR"


def date_as(page: Page, locale: str, model: CustomModel) -> str:
    """The time of its last change, as the locale writes it."""
    written = page.evaluate(
        """([locale, at]) => new Intl.DateTimeFormat(locale, {
            dateStyle: "medium", timeStyle: "short" }).format(new Date(at))""",
        [locale, model.last_modified.isoformat()],
    )
    return str(written)


def test_texts_and_dates_are_french_until_english_is_chosen(enter: Enter, api: Client) -> None:
    model = api.create_model("Dictées", "fr-CA")
    page = enter("/custom-models")
    row = page.get_by_role("row", name="Dictées")
    expect(row).to_contain_text("Pas démarré")
    expect(row.get_by_role("time")).to_have_text(date_as(page, "fr-FR", model))
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page).to_have_title("Modèles personnalisés · Argot")
    button(page, "Nouveau modèle personnalisé").click()
    dialog = page.get_by_role("dialog", name="Nouveau modèle personnalisé")
    dialog.get_by_label("Nom").fill("dictees")
    choose(page, dialog, "Langue", "French (Canada)")
    button(dialog, "Créer").click()
    expect(dialog.get_by_role("alert")).to_have_text(
        "La langue existe déjà. Choisissez un autre nom et réessayez."
    )
    button(dialog, "Annuler").click()
    page.get_by_role("button", name="Compte").click()
    page.get_by_role("menuitemradio", name="English").click()
    page.keyboard.press("Escape")
    page.reload()
    expect(row).to_contain_text("Not running")
    expect(row.get_by_role("time")).to_have_text(date_as(page, "fr-FR", model))
    expect(page.locator("html")).to_have_attribute("lang", "en")
