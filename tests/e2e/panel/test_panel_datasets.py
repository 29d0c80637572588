"""Datasets and training on the details page, as the guide tells of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .finding import button, choose, new_dataset, row, toast

Violations = Callable[[Page], list[str]]

CUT_SECONDS = 7
SLOW, UNLIMITED = 10 * 1024**2, -1
"""Bytes each second."""


def upload(page: Page, *files: Path) -> None:
    dialog = new_dataset(page, *files)
    button(dialog, "Create").click()
    expect(dialog).to_be_hidden()


def test_a_batch_is_uploaded(details: Page, recordings: list[Path], violations: Violations) -> None:
    dialog = new_dataset(details, *recordings)
    assert not violations(details)
    button(dialog, "Create").click()
    expect(toast(details, f"{len(recordings)} files uploaded successfully")).to_be_visible()
    expect(dialog).to_be_hidden()
    audio, captions = recordings[:2]
    expect(row(details, audio.name)).to_contain_text("AUDIO")
    expect(row(details, captions.name)).to_contain_text("TRANSCRIPT")
    columns = details.get_by_role("table", name="Datasets").get_by_role("columnheader")
    expect(columns).to_have_text(
        ["Name", "Type", "Duration", "URL", "Start time", "End time", "Actions"]
    )
    expect(row(details, audio.name)).to_contain_text("0:00")  # it is examined
    assert not violations(details)


def test_a_type_says_which_files_can_be_chosen(details: Page, recordings: list[Path]) -> None:
    button(details, "New dataset").click()
    dialog = details.get_by_role("dialog", name="New dataset")
    accepted = dialog.locator("input[type=file]").first
    choose(details, dialog, "Type", "TRANSCRIPT")
    expect(accepted).to_have_attribute("accept", ".vtt, .srt, .txt")
    accepted.set_input_files(recordings[0])
    expect(dialog).to_contain_text("You can only upload")
    expect(button(dialog, "Create")).to_be_disabled()
    choose(details, dialog, "Type", "AUDIO")
    accepted.set_input_files(recordings[0])
    expect(button(dialog, "Create")).to_be_enabled()


def test_a_type_that_is_chosen_later_says_which_files_are_not_of_it(
    details: Page, recordings: list[Path]
) -> None:
    audio, captions = recordings[:2]
    dialog = new_dataset(details, audio, captions)
    for kind, misfit in (("TRANSCRIPT", audio), ("AUDIO", captions)):
        choose(details, dialog, "Type", kind)
        expect(dialog.get_by_role("status")).to_contain_text(misfit.name)
        expect(button(dialog, "Create")).to_be_disabled()
    choose(details, dialog, "Type", "Auto-detect")
    expect(dialog.get_by_role("status")).to_be_hidden()
    expect(button(dialog, "Create")).to_be_enabled()


def test_a_file_that_is_there_already_is_skipped(details: Page, recordings: list[Path]) -> None:
    upload(details, *recordings[:2])
    upload(details, *recordings)
    rows = details.get_by_role("table", name="Datasets").get_by_role("row")
    expect(rows).to_have_count(1 + len(recordings))


def test_a_dialog_begins_without_the_batch_before(details: Page, recordings: list[Path]) -> None:
    for _ in range(3):
        upload(details, *recordings)
        button(details, "New dataset").click()
        dialog = details.get_by_role("dialog", name="New dataset")
        expect(dialog.get_by_role("button", name="browse files")).to_be_visible()
        expect(dialog.get_by_role("listitem")).to_have_count(0)
        button(dialog, "Cancel").click()
        expect(dialog).to_be_hidden()


def test_an_unsafe_name_is_told_before_it_is_sent(
    details: Page, recordings: list[Path], violations: Violations
) -> None:
    unsafe = recordings[0].rename(recordings[0].with_name("audiomass-output (1).wav"))
    dialog = new_dataset(details, unsafe)
    expect(dialog.get_by_role("status")).to_contain_text("audiomass-output (1).wav")
    assert not violations(details)


def test_an_upload_outlasts_a_cut_of_the_network(details: Page, long: Path) -> None:
    network = details.context.new_cdp_session(details)

    def set_network(*, offline: bool, throughput: int) -> None:
        speeds = dict.fromkeys(("uploadThroughput", "downloadThroughput"), throughput)
        network.send(
            "Network.emulateNetworkConditions", {"offline": offline, "latency": 0, **speeds}
        )

    dialog = new_dataset(details, long)
    set_network(offline=False, throughput=SLOW)
    with details.expect_request(lambda request: request.method == "PUT"):
        button(dialog, "Create").click()
    set_network(offline=True, throughput=0)
    expect(button(dialog, "Uploading…")).to_be_disabled()
    expect(button(dialog, "Cancel")).to_be_disabled()
    expect(dialog.get_by_role("combobox", name="Type")).to_be_disabled()
    details.wait_for_timeout(CUT_SECONDS * 1000)
    expect(button(dialog, "Uploading…")).to_be_disabled()
    set_network(offline=False, throughput=UNLIMITED)
    expect(toast(details, "1 file uploaded successfully")).to_be_visible()
    expect(row(details, long.name)).to_be_visible()


def test_a_dataset_is_downloaded_and_deleted(details: Page, recordings: list[Path]) -> None:
    captions = recordings[1]
    upload(details, captions)
    download = button(details, f"Download {captions.name}")
    expect(download).to_be_enabled()
    with details.expect_download() as coming:
        download.click()
    assert coming.value.suggested_filename == captions.name
    assert coming.value.path().read_bytes() == captions.read_bytes()
    button(details, f"Delete {captions.name}").click()
    asked = details.get_by_role("alertdialog", name="Delete dataset?")
    button(asked, "Delete").click()
    expect(details.get_by_text("No datasets yet")).to_be_visible()


def start(page: Page) -> Locator:
    """Click the button, and confirm."""
    button(page, "Train the language").click()
    asked = page.get_by_role("alertdialog", name="Train the language")
    button(asked, "Train").click()
    return asked


def test_what_data_lack_is_said_in_the_servers_words(details: Page, recordings: list[Path]) -> None:
    expect(start(details).get_by_role("alert")).to_contain_text("No data.")
    button(details, "Cancel").click()
    upload(details, *recordings)
    expect(details.get_by_text("What is missing before you can train")).to_be_visible()
    expect(start(details).get_by_role("alert")).to_contain_text("Need minimum 10 minutes")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_details_are_there_for_all_to_read(
    details: Page, violations: Violations, theme: str
) -> None:
    details.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(details.get_by_text("Training status: Not running")).to_be_visible()
    details.get_by_role("link", name="Need help preparing your data?").wait_for()
    assert not violations(details)
