"""A model in the panel from its data to its use, in one go, as a user goes."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from argot.client import Client
from argot.corpus import prompts
from argot.demo.recordings import Recording, join
from shared.speech.captions import to_vtt
from shared.speech.cues import Cue
from shared.speech.subtitles import parse_transcript

from .finding import button, choose, row, toast

Enter = Callable[..., Page]
Violations = Callable[[Page], list[str]]

PROMPTS = 300
STATUSES = ["Not running", "Provisioning resources", "Running", "Success", "Failed"]
TRAINED_MS = 240_000
ARTIFACT_BYTES = 10_000_000


@pytest.mark.timeout(600)
def test_a_model_is_trained_watched_and_used(
    enter: Enter, api: Client, tmp_path: Path, violations: Violations
) -> None:
    recordings = join(prompts("en")[:PROMPTS], tmp_path)
    alone = tmp_path / "alone.wav"
    shutil.copyfile(recordings[0].audio, alone)
    short = shorten(recordings[1])
    files = [alone, *(path for each in recordings for path in (each.audio, each.transcript))]
    model = api.create_model("Dictation", "en")
    page = enter(f"/custom-models/{model.id}")

    button(page, "New dataset").click()
    dialog = page.get_by_role("dialog", name="New dataset")
    dialog.locator("input[type=file]").first.set_input_files(files)
    button(dialog, "Create").click()
    uploaded = toast(page, f"{len(files)} files uploaded successfully")
    expect(uploaded).to_be_visible()
    expect(page.get_by_text("Ready to train")).to_be_visible()
    expect(row(page, alone.name)).to_contain_text("No transcript has this name")

    train, artifact = button(page, "Train the language"), button(page, "Download model")
    expect(artifact).to_be_hidden()
    train.click()
    button(page.get_by_role("alertdialog", name="Train the language"), "Train").click()
    asked = page.get_by_role("alertdialog", name="Train anyway?")
    expect(asked.get_by_role("listitem")).to_have_text([alone.name])
    assert not violations(page)
    button(asked, "Train anyway").click()
    expect(toast(page, "Training started successfully")).to_be_visible()

    seen = watch(page)
    assert seen[-1] == "Success", seen
    assert "Running" in seen, seen
    assert seen == [each for each in STATUSES if each in seen], "never back"
    expect(train).to_be_hidden()
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    expect(page.get_by_role("heading", name="Data that was used")).to_be_visible()
    figure_is_told(page)
    listen_to_what_was_dropped(page, recordings[1], short)
    assert not violations(page)
    with page.expect_download() as coming:
        artifact.click()
    assert coming.value.path().stat().st_size > ARTIFACT_BYTES
    page.get_by_role("button", name="Show result of the training").click()
    history = page.get_by_role("dialog", name="Result")
    expect(history.get_by_text("95% interval")).to_be_visible()
    assert not violations(page)
    transcribe_with(page, "Dictation", recordings[0].audio, violations)


def transcribe_with(page: Page, language: str, recording: Path, violations: Violations) -> None:
    page.goto("/")
    button(page, "Upload").click()
    page.get_by_role("menuitem", name="Transcription").click()
    dialog = page.get_by_role("dialog", name="Transcription")
    choose(page, dialog, "Language", language)
    dialog.get_by_label("File").set_input_files(recording)
    assert not violations(page)
    button(dialog, "Start").click()
    expect(page).to_have_url(re.compile("/transcriptions/"))
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    assert not violations(page)
    with page.expect_download() as coming:
        button(page, "Download as SRT").click()
    assert coming.value.path().read_text(encoding="utf-8").startswith("1\n00:00:0")


def figure_is_told(page: Page) -> None:
    """Rates before and after, with how sure they are."""
    with page.expect_response(re.compile(r"/trainings\?")) as answer:
        page.reload()
    found = answer.value.json()["items"][0]["evaluation"]
    low, high = map(percent, found["ci95"])
    expect(page.get_by_text(f"95% interval: {low} to {high}")).to_be_visible()
    for model, rate in (("Base model", "baseline_wer"), ("Your model", "wer")):
        bar = page.get_by_text(model, exact=True).first.locator("..")
        expect(bar).to_contain_text(percent(found[rate]))


def percent(share: float) -> str:
    return f"{round(100 * share, 1):g}%"


def watch(page: Page) -> list[str]:
    """The statuses that the page shows, each once, until the training has ended."""
    banner = page.get_by_text(re.compile("^Training status: "))
    train = button(page, "Train the language")
    seen: list[str] = []
    while seen[-1:] not in (["Success"], ["Failed"]):
        status = (banner.first.text_content() or "").removeprefix("Training status: ")
        if status not in seen:
            seen.append(status)
        if status == "Running":
            expect(page.get_by_role("progressbar", name="Training progress")).to_be_visible()
        if status in {"Provisioning resources", "Running"}:
            expect(train).to_be_hidden()
            changed = re.compile(f"^Training status: (?!{status})")
            expect(page.get_by_text(changed)).to_be_visible(timeout=TRAINED_MS)
        else:
            page.wait_for_timeout(100)
    return seen


def shorten(recording: Recording) -> Cue:
    """The recording's second cue, which is too short to be trained on from now on."""
    path = recording.transcript
    first, second, *rest = parse_transcript(path.name, path.read_bytes()).cues or ()
    short = Cue(second.start, second.start + 0.2, second.text)
    path.write_text(to_vtt([first, short, *rest]), encoding="utf-8")
    return short


def listen_to_what_was_dropped(page: Page, recording: Recording, cue: Cue) -> None:
    """By keyboard; it is heard once the player has moved on from where the cue begins."""
    page.evaluate(
        """() => {
            const { play } = HTMLMediaElement.prototype;
            HTMLMediaElement.prototype.play = function () {
                window.playing = this;
                return play.call(this);
            };
        }"""
    )
    table = page.get_by_role("table", name="Audio that was left out")
    button(page, "Show more").click()
    row = table.get_by_role("row", name=recording.audio.name).filter(has_text="Cue under 0.5")
    row.locator("summary").press("Enter")
    play = row.get_by_role("button", name=f"Play {recording.audio.name} from 0:0")
    expect(play).to_have_count(1)
    play.press("Enter")
    moved = "start => window.playing?.currentTime > start + 0.05"
    page.wait_for_function(moved, arg=cue.start)
    assert page.evaluate("window.playing.currentTime") < cue.end + 1
