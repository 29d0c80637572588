"""How batches of files end, and what is no batch, as the guide tells of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, Request, Route, expect

from argot.client import Client
from argot.stack import Stack

from .finding import button, new_dataset, row, toast

Enter = Callable[..., Page]

MAX_FILES = 100
MAX_BYTES = 10 * 1024**3
RETRY_SECONDS = (0, 3, 5, 10, 20, 30, 60)
SILENCE_SECONDS = 60
PARTS = "**/*partNumber=*"


@contextmanager
def one_is_cut_off(page: Page) -> Iterator[list[str]]:
    """Storage takes no part of one of the files; yields each try to send it."""
    tries: list[str] = []

    def cut(route: Route) -> None:
        path = route.request.url.partition("?")[0]
        if tries[:1] in ([], [path]):
            tries.append(path)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(PARTS, cut)
    yield tries
    page.unroute(PARTS)


def is_part(request: Request) -> bool:
    return "partNumber=" in request.url


def test_of_a_batch_a_file_fails_once_its_retries_are_used_up_and_can_be_sent_again(
    page: Page, enter: Enter, api: Client, recordings: list[Path]
) -> None:
    page.clock.install()
    enter(f"/custom-models/{api.create_model('Dictation', 'en').id}")
    captions = recordings[1::2]
    dialog = new_dataset(page, *captions)
    with one_is_cut_off(page) as tries:
        with page.expect_event("requestfailed", is_part):
            button(dialog, "Create").click()
        for seconds in RETRY_SECONDS:
            with page.expect_event("requestfailed", is_part):
                page.clock.fast_forward(1000 * seconds)
        expect(toast(page, "1 uploaded, 1 failed")).to_be_visible()
    assert len(tries) == 1 + len(RETRY_SECONDS)
    failed = dialog.get_by_role("alert", name="Files that failed").get_by_role("listitem")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("cannot be reached")
    button(dialog, "Create").click()
    expect(toast(page, "1 file uploaded successfully")).to_be_visible()
    expect(dialog).to_be_hidden()
    for path in captions:
        expect(row(page, path.name)).to_be_visible()


def test_a_part_that_is_stuck_for_a_minute_is_sent_again(
    page: Page, enter: Enter, api: Client, recordings: list[Path]
) -> None:
    page.clock.install()
    enter(f"/custom-models/{api.create_model('Dictation', 'en').id}")
    page.route(PARTS, lambda _route: None, times=1)
    dialog = new_dataset(page, recordings[1])
    with page.expect_request(PARTS):
        button(dialog, "Create").click()
    page.clock.fast_forward(1000 * SILENCE_SECONDS)
    expect(toast(page, "1 file uploaded successfully")).to_be_visible()


def test_what_is_sent_again_beside_a_new_file_is_counted_with_it(
    details: Page, recordings: list[Path], tmp_path: Path
) -> None:
    empty = tmp_path / "silence.wav"
    empty.touch()
    dialog = new_dataset(details, empty)
    button(dialog, "Create").click()
    expect(toast(details, "The file could not be uploaded")).to_be_visible()
    drop(details, dialog, recordings[1])
    expect(dialog).to_contain_text(recordings[1].name)
    button(dialog, "Create").click()
    expect(toast(details, "1 uploaded, 1 failed")).to_be_visible()


def test_of_a_batch_all_files_fail(
    details: Page, tmp_path: Path, violations: Callable[[Page], list[str]]
) -> None:
    empty = [tmp_path / "silence.wav", tmp_path / "nothing.vtt"]
    for path in empty:
        path.touch()
    dialog = new_dataset(details, *empty)
    button(dialog, "Create").click()
    expect(toast(details, "All 2 files failed to upload")).to_be_visible()
    failed = dialog.get_by_role("alert", name="Files that failed").get_by_role("listitem")
    expect(failed).to_have_text(
        [f"{path.name} Invalid request. The file is empty" for path in empty]
    )
    assert not violations(details)
    button(dialog, "Cancel").click()
    expect(dialog).to_be_hidden()
    expect(details.get_by_text("No datasets yet")).to_be_visible()


def test_a_batch_has_a_hundred_files_at_most(details: Page, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(MAX_FILES + 1)]
    for path in files:
        path.write_text("said")
    dialog = new_dataset(details, *files)
    expect(dialog).to_contain_text(f"You can only upload {MAX_FILES} files")
    expect(button(dialog, "Create")).to_be_disabled()
    dialog.locator("input[type=file]").first.set_input_files(files[:MAX_FILES])
    expect(dialog).to_contain_text(f"{MAX_FILES} files selected")
    expect(button(dialog, "Create")).to_be_enabled()


def test_a_file_has_ten_gigabytes_at_most(details: Page, tmp_path: Path) -> None:
    files = [tmp_path / "most.wav", tmp_path / "more.wav"]
    for size, path in enumerate(files, start=MAX_BYTES):
        with path.open("wb") as file:
            file.truncate(size)
    dialog = new_dataset(details, *files)
    expect(dialog).to_contain_text("more.wav exceeds maximum allowed size of 10 GB")
    expect(dialog).to_contain_text("1 file selected")


def test_files_are_dropped_onto_the_dialog(details: Page, recordings: list[Path]) -> None:
    dialog = new_dataset(details)
    drop(details, dialog.get_by_role("region", name="Files"), *recordings[:2])
    expect(dialog).to_contain_text("2 files selected")
    drop(details, dialog.get_by_role("heading", name="New dataset"), *recordings[2:])
    expect(dialog).to_contain_text(f"{len(recordings)} files selected")
    button(dialog, "Create").click()
    expect(toast(details, f"{len(recordings)} files uploaded successfully")).to_be_visible()


def test_a_file_that_is_added_to_a_running_batch_waits_for_the_next(
    details: Page, recordings: list[Path]
) -> None:
    first, second = recordings[:2]
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    details.route(PARTS, hold, times=1)
    dialog = new_dataset(details, first)
    with details.expect_request(PARTS):
        button(dialog, "Create").click()
    drop(details, dialog, second)
    expect(dialog).to_contain_text(second.name)
    held[0].continue_()
    expect(toast(details, "1 file uploaded successfully")).to_be_visible()
    button(dialog, "Create").click()
    expect(dialog).to_be_hidden()
    for path in (first, second):
        expect(row(details, path.name)).to_be_visible()


def drop(page: Page, place: Locator, *files: Path) -> None:
    """As the desktop does it: the page cannot make files that come from there."""
    box = place.bounding_box()
    assert box is not None
    data = {"items": [], "files": [str(path) for path in files], "dragOperationsMask": 1}
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})
    session.detach()


def test_a_download_that_fails_is_told(
    details: Page, recordings: list[Path], api: Client, stack: Stack, organisation: str
) -> None:
    """Storage does not have it; then the file was deleted elsewhere, a moment ago."""
    captions = recordings[1]
    button(new_dataset(details, captions), "Create").click()
    download = button(details, f"Download {captions.name}")
    expect(download).to_be_enabled()
    details.route("**/*X-Amz-Signature*", lambda route: route.fulfill(status=404), times=1)
    download.click()
    expect(toast(details, "Download failed")).to_be_visible()
    details.reload()
    expect(download).to_be_enabled()
    (model,) = api.models()
    (dataset,) = api.datasets(model.id)
    at = api.url + dataset.url.removesuffix("/download")
    token = stack.token(org=organisation, user="bob", roles=["user"])
    httpx.delete(at, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    download.click()
    expect(toast(details, "Download failed")).to_be_visible()
