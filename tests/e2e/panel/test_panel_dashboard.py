"""The dashboard: force alignment, what was uploaded lately, the glossary."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from argot.client import Client
from argot.corpus import prompts
from argot.demo.recordings import join

from .finding import button, choose, toast

Enter = Callable[..., Page]
Violations = Callable[[Page], list[str]]


def test_a_recording_and_its_text_become_captions(
    enter: Enter, tmp_path: Path, violations: Violations
) -> None:
    spoken = [prompt for prompt in prompts("en") if 3 < prompt.seconds < 8][:8]
    (recording,) = join(spoken, tmp_path)
    page = enter("/")
    expect(page.get_by_text("Nothing uploaded yet")).to_be_visible()
    assert not violations(page)
    button(page, "Upload").click()
    page.get_by_role("menuitem", name="Force alignment").click()
    dialog = page.get_by_role("dialog", name="Force alignment")
    choose(page, dialog, "Language", "English")
    dialog.get_by_label("File", exact=True).set_input_files(recording.audio)
    start = button(dialog, "Start")
    expect(start).to_be_disabled()
    dialog.get_by_label("Transcript").fill("\n".join(each.text for each in spoken))
    assert not violations(page)
    start.click()
    expect(page).to_have_url(re.compile("/alignments/"))
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    with page.expect_download() as coming:
        button(page, "Download as VTT").click()
    assert coming.value.path().read_text(encoding="utf-8").startswith("WEBVTT")
    assert not violations(page)
    page.goto("/")
    row = page.get_by_role("table", name="Recent uploads").get_by_role("row")
    expect(row.last).to_contain_text(recording.audio.name)
    expect(row.last).to_contain_text("Done")


def test_the_glossary_is_kept(enter: Enter, api: Client, violations: Violations) -> None:
    page = enter("/glossary")
    expect(page.get_by_text("No entries yet")).to_be_visible()
    button(page, "Add entry").first.click()
    page.get_by_label("Term").fill("asterix")
    page.get_by_label("Replacement").fill("Asterisk")
    assert not violations(page)
    button(page, "Save").click()
    expect(toast(page, "Glossary saved successfully")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Replacement")).to_have_value("Asterisk")
    (entry,) = api.glossary()
    assert (entry.term, entry.replacement) == ("asterix", "Asterisk")
