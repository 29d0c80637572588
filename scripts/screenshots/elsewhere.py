"""The dashboard, the glossary, and the pages that say no."""

import re
from collections.abc import Callable

from playwright.sync_api import Route, expect

from argot.demo.recordings import join
from scripts.screenshots.models import MODEL, TRAINED_MS
from scripts.screenshots.scene import Scene


def dashboard(scene: Scene) -> None:
    """Transcription with the custom model, force alignment, the glossary."""
    page = scene.page
    (recording,) = join(scene.spoken[:10], scene.folder)
    for item, extra in (("Transcription", None), ("Force alignment", scene.spoken[:10])):
        scene.open("/", "Dashboard")
        scene.button("Upload").click()
        if extra is None:
            scene.take("upload-menu")
        page.get_by_role("menuitem", name=item).click()
        dialog = scene.dialog(item)
        scene.choose(dialog, "Language", "French" if extra else MODEL)
        dialog.get_by_label("File", exact=True).set_input_files(recording.audio)
        if extra:
            dialog.get_by_label("Transcript").fill("\n".join(each.text for each in extra))
        name = item.lower().replace(" ", "-")
        scene.take(f"{name}-new")
        scene.button("Start").click()
        expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=TRAINED_MS)
        scene.take(name)
    scene.open("/", "Dashboard")
    expect(page.get_by_role("table", name="Recent uploads")).to_be_visible()
    scene.take("dashboard")
    page.get_by_role("button", name=re.compile("^Delete ")).first.click()
    scene.asked("Delete this upload?")
    scene.take("upload-delete")
    scene.button("Cancel").click()
    scene.open("/glossary", "Glossary")
    page.get_by_role("button", name="Add entry").first.click()
    page.get_by_label("Term").fill("asterix")
    page.get_by_label("Replacement").fill("Asterisk")
    scene.take("glossary")
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").click()
    scene.asked("Leave without saving?")
    scene.take("leave")
    scene.button("Leave").click()


def corners(scene: Scene, withdraw: Callable[[], None]) -> None:
    """The account's menu, French, and the pages that say no."""
    page = scene.page
    scene.open("/nowhere", "Page not found")
    scene.take("not-found")
    scene.open("/custom-models", "Custom Models")
    page.get_by_role("button", name=re.compile("^Account")).click()
    scene.take("account")
    page.get_by_role("menuitemradio", name="Français").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Modèles personnalisés", exact=True)).to_be_visible()
    scene.take("models-french")
    page.get_by_role("button", name=re.compile("^Compte")).click()
    page.get_by_role("menuitemradio", name="English").click()
    page.keyboard.press("Escape")
    withdraw()
    scene.open("/custom-models", "Feature not available")
    scene.take("feature-not-available")
    page.route("**/panel/settings.json", without_upgrade_url)
    scene.open("/custom-models", "Feature not available")
    scene.button("Upgrade Plan").click()
    scene.dialog("Upgrade Plan")
    scene.take("upgrade-plan")


def without_upgrade_url(route: Route) -> None:
    """As where the operator has set no page for plans."""
    route.fulfill(json=route.fetch().json() | {"upgrade_url": None})
