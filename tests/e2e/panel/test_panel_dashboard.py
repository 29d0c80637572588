"""The dashboard: transcription, force alignment, what was uploaded lately, the glossary."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from argot.client import Client
from argot.corpus import Prompt, prompts
from argot.demo.recordings import join

from .finding import NO_POLLS, button, choose, toast

Enter = Callable[..., Page]
Violations = Callable[[Page], list[str]]

BEGINNINGS = {"TXT": r"\w", "SRT": r"1\n00:00:0\d,\d{3} --> 00:00:0", "VTT": r"WEBVTT\n"}


@pytest.fixture
def clip() -> Prompt:
    """A few seconds of English."""
    return next(each for each in prompts("en") if 2.5 < each.seconds < 4)


def transcribe(page: Page, recording: Path) -> None:
    """Start it as everybody does."""
    button(page, "Upload").click()
    page.get_by_role("menuitem", name="Transcription").click()
    dialog = page.get_by_role("dialog", name="Transcription")
    choose(page, dialog, "Language", "English")
    dialog.get_by_label("File", exact=True).set_input_files(recording)
    button(dialog, "Start").click()


def latest(page: Page) -> Locator:
    """The row of what was uploaded last."""
    return page.get_by_role("table", name="Recent uploads").get_by_role("row").nth(1)


def is_playing(page: Page) -> bool:
    return bool(page.locator("audio").evaluate("audio => !audio.paused && !audio.error"))


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


def test_a_recording_becomes_a_text_to_read_hear_and_keep(
    enter: Enter, clip: Prompt, violations: Violations
) -> None:
    page = enter("/")
    transcribe(page, clip.path)
    expect(page).to_have_url(re.compile("/transcriptions/"))
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    first = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Play from"))
    expect(first).to_contain_text(re.compile(r"[a-z]{2}"))
    for form, beginning in BEGINNINGS.items():
        with page.expect_download() as coming:
            button(page, f"Download as {form}").click()
        assert coming.value.suggested_filename == f"{clip.path.stem}.{form.lower()}"
        assert re.match(beginning, coming.value.path().read_text(encoding="utf-8"))
    assert not violations(page)


def test_whoever_opens_a_job_hears_the_recording(enter: Enter, clip: Prompt) -> None:
    page = enter("/")
    transcribe(page, clip.path)
    play = page.get_by_role("button", name="Play from").first
    expect(play).to_be_visible()
    page.reload()
    play.click()
    expect(page.locator("li[data-now]")).to_be_visible()
    expect(page.locator("audio")).to_have_js_property("ended", value=True)
    heard = page.locator("audio").evaluate("audio => audio.duration")
    assert abs(heard - clip.seconds) < 0.1


def test_a_recording_that_is_opened_for_long_can_still_be_heard(enter: Enter, clip: Prompt) -> None:
    page = enter("/")
    transcribe(page, clip.path)
    play = page.get_by_role("button", name="Play from").first
    expect(play).to_be_visible()
    audio = page.locator("audio")
    expect(audio).to_have_js_property("readyState", 4)
    # As a URL whose time is over: what is asked of it is refused.
    audio.evaluate("audio => { audio.src = audio.src.replace('Signature=', 'Signature=0'); }")
    play.click()
    expect(audio).to_have_js_property("ended", value=True)


def test_what_is_no_recording_is_told_in_words_and_can_be_deleted(
    enter: Enter, tmp_path: Path, violations: Violations
) -> None:
    noise = tmp_path / "noise.wav"
    noise.write_bytes(bytes(range(7, 250)) * 40)
    page = enter("/")
    transcribe(page, noise)
    expect(page).to_have_url(re.compile("/transcriptions/"))
    told = page.get_by_role("alert")
    expect(told).to_contain_text(re.compile(r"\w+ \w+ \w+"))
    assert not violations(page)
    button(page, "Delete").click()
    asked = page.get_by_role("alertdialog", name="Delete this upload?")
    assert not violations(page)
    button(asked, "Delete").click()
    expect(toast(page, "\u2068noise.wav\u2069 deleted")).to_be_visible()
    expect(page.get_by_text("Nothing uploaded yet")).to_be_visible()


def test_a_job_is_deleted_where_it_is_listed(page: Page, enter: Enter, api: Client) -> None:
    kept = api.open_transcription("en", "kept.wav", 5)
    gone = api.open_alignment("en", "gone.wav", 5, "Hello.")
    page.add_init_script(NO_POLLS)
    enter("/")
    expect(latest(page)).to_contain_text("gone.wav")
    button(page, "Delete gone.wav").click()
    asked = page.get_by_role("alertdialog", name="Delete this upload?")
    expect(asked).to_contain_text("gone.wav")
    button(asked, "Delete").click()
    expect(asked).to_be_hidden()
    expect(latest(page)).to_contain_text("kept.wav")
    page.goto(f"/alignments/{gone.id}")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert api.transcription(kept.id).status == "uploading"


def test_a_recording_that_never_came_says_what_to_do(
    enter: Enter, api: Client, violations: Violations
) -> None:
    left = api.open_transcription("en", "left.wav", 5)
    page = enter(f"/transcriptions/{left.id}")
    expect(page.get_by_text("The recording has not arrived")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(button(page, "Delete")).to_be_visible()
    assert not violations(page)


def test_a_page_that_sends_is_not_left_by_mistake(enter: Enter, clip: Prompt) -> None:
    page = enter("/glossary")
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").click()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/*partNumber=1*", hold, times=1)
    with page.expect_request("**/*partNumber=1*"):
        transcribe(page, clip.path)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.evaluate("() => { location.assign('/glossary'); }")
    page.evaluate("() => { history.back(); }")
    question = page.get_by_role("alertdialog", name="Give up this upload?")
    button(question, "Cancel").click()
    expect(question).to_be_hidden()
    held.pop().continue_()
    expect(page).to_have_url(re.compile("/transcriptions/"))
    assert asked == ["beforeunload"]
    page.goto("/")
    expect(latest(page)).to_contain_text(clip.path.name)


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


def test_of_two_who_edit_the_glossary_neither_undoes_the_other(enter: Enter, api: Client) -> None:
    asterisk = {"term": "asterix", "replacement": "Asterisk"}
    argot = {"term": "argo", "replacement": "Argot"}
    api.put_glossary([asterisk])
    page = enter("/glossary")
    expect(page.get_by_label("Term")).to_have_count(1)
    api.put_glossary([asterisk, argot])
    button(page, "Remove entry 1").click()
    button(page, "Save").click()
    expect(toast(page, "Glossary saved successfully")).to_be_visible()
    assert [entry.term for entry in api.glossary()] == ["argo"]
    expect(page.get_by_label("Term")).to_have_value("argo")
    expect(button(page, "Save")).to_be_disabled()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    api.put_glossary([asterisk, argot])
    page.get_by_role("link", name="Glossary").click()
    expect(page.get_by_label("Term")).to_have_count(2)


def test_a_glossary_that_is_not_saved_is_not_left_unasked(
    enter: Enter, api: Client, violations: Violations
) -> None:
    page = enter("/glossary")
    button(page, "Add entry").first.click()
    page.get_by_label("Term").fill("asterix")
    back = page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link")
    back.click()
    asked = page.get_by_role("alertdialog", name="Leave without saving?")
    assert not violations(page)
    button(asked, "Cancel").click()
    expect(asked).to_be_hidden()
    expect(page.get_by_label("Term")).to_have_value("asterix")
    back.click()
    button(asked, "Leave").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    assert api.glossary() == []


def test_signing_out_asks_what_is_to_become_of_a_draft(enter: Enter) -> None:
    page = enter("/glossary")
    button(page, "Add entry").first.click()
    page.get_by_label("Term").fill("asterix")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    asked = page.get_by_role("alertdialog", name="Leave without saving?")
    button(asked, "Leave").click()
    expect(page.get_by_role("heading", name="Sign in to Argot")).to_be_visible()
    button(page, "Sign in as admin").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_what_is_typed_while_the_glossary_is_saved_stays(enter: Enter, api: Client) -> None:
    asterisk = {"term": "asterix", "replacement": "Asterisk"}
    argot = {"term": "argo", "replacement": "Argot"}
    page = enter("/glossary")
    button(page, "Add entry").first.click()
    page.get_by_label("Term 1").fill("asterix")
    page.get_by_label("Replacement 1").fill("Asterisk")
    api.put_glossary([argot])
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/glossary", hold, times=1)
    with page.expect_request("**/api/v1/glossary"):
        button(page, "Save").click()
    button(page, "Add entry").first.click()
    page.get_by_label("Term 2").fill("nameko")
    held.pop().continue_()
    expect(toast(page, "Glossary saved successfully")).to_be_visible()
    expect(page.get_by_label("Term 3")).to_have_value("argo")
    expect(page.get_by_label("Term 2")).to_have_value("nameko")
    assert [entry.term for entry in api.glossary()] == [each["term"] for each in (asterisk, argot)]
    button(page, "Move up entry 2").click()
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        button(page, "Save").click()
    assert [entry.term for entry in api.glossary()] == ["nameko", "asterix", "argo"]
