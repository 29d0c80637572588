"""`make screenshots`: every page and dialog of the panel, light and dark, into docs/panel.

They are of a running stack with a model that is really trained, which takes some minutes.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from argot import trainings
from argot.client import Client
from argot.corpus import Prompt, prompts
from argot.demo.job import Job
from argot.demo.journal import Journal
from argot.demo.recordings import Recording, join, split
from argot.stack import Stack
from argot.stack.organisation import DEMO, grant
from argot.stack.settings import StackSettings
from shared.rpc.catalog import CustomModel
from shared.speech.captions import to_vtt
from shared.speech.cues import Cue

FOLDER = Path("docs/panel")
WIDTH, HEIGHT, LONG, NARROW = 1200, 760, 1330, 390
QUALITY = "80"
PATIENCE_MS = 30_000
TRAINED_MS = 900_000
MODEL = "Standard téléphonique"

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


@dataclass
class Scene:
    """A page, what it is about, and a camera in front of it."""

    page: Page
    client: Client
    job: Job
    folder: Path
    spoken: list[Prompt]

    def take(self, name: str, *, whole: bool = False) -> None:
        """What is seen now, or a long piece of the `whole` page, in both themes."""
        if whole:
            self.page.set_viewport_size({"width": WIDTH, "height": LONG})
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            picture = self.page.screenshot(animations="disabled")
            path = FOLDER / f"{name}-{theme}.webp"
            command = ["ffmpeg", "-v", "error", "-y", "-i", "-", "-quality", QUALITY, str(path)]
            subprocess.run(command, input=picture, check=True)
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        print(name, flush=True)

    def button(self, name: str) -> Locator:
        """A button of the page."""
        return self.page.get_by_role("button", name=name, exact=True)

    def dialog(self, name: str) -> Locator:
        """A dialog, once it is open."""
        found = self.page.get_by_role("dialog", name=name)
        expect(found).to_be_visible()
        return found

    def asked(self, name: str) -> Locator:
        """A question, once it is asked."""
        found = self.page.get_by_role("alertdialog", name=name)
        expect(found).to_be_visible()
        return found

    def choose(self, dialog: Locator, label: str, option: str) -> None:
        """Choose an option of a select."""
        dialog.get_by_role("combobox", name=label).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def open(self, path: str, heading: str) -> None:
        """Go to a page, once its heading is there."""
        self.page.goto(path)
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def first_visit(scene: Scene) -> None:
    """Signing in, the guide, the empty pages."""
    page = scene.page
    scene.open("/custom-models", "Sign in to Argot")
    scene.take("sign-in")
    scene.button("Sign in as admin").click()
    scene.dialog("Getting Started with Custom Models")
    scene.take("guide")
    scene.button("Got it").click()
    expect(page.get_by_text("No custom models yet")).to_be_visible()
    scene.take("models-empty")
    scene.open("/", "Dashboard")
    expect(page.get_by_text("Nothing uploaded yet")).to_be_visible()
    scene.take("dashboard-empty")


def creation(scene: Scene) -> None:
    """The dialog of a new model, and what it says of a wrong one."""
    scene.open("/custom-models", "Custom Models")
    scene.button("New custom model").click()
    dialog = scene.dialog("New custom model")
    dialog.get_by_label("Name").fill("T")
    scene.choose(dialog, "Language", "French (Canada)")
    scene.button("Create").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    scene.take("create-refused")
    dialog.get_by_label("Name").fill(MODEL)
    scene.take("create")
    scene.button("Create").click()
    scene.page.get_by_role("link", name=MODEL, exact=True).click()
    expect(scene.page.get_by_text("No datasets yet")).to_be_visible()
    scene.take("model-new")


def upload(scene: Scene, recordings: list[Recording]) -> None:
    """The dialog of new datasets before, while and after they are sent."""
    alone = scene.folder / "waiting-room.wav"
    shutil.copyfile(recordings[0].audio, alone)
    files = [*(path for each in recordings for path in (each.audio, each.transcript)), alone]
    scene.button("New dataset").click()
    dialog = scene.dialog("New dataset")
    expect(dialog.get_by_role("button", name="browse files")).to_be_visible()
    scene.take("upload-empty")
    dialog.locator("input[type=file]").first.set_input_files(files)
    expect(dialog.get_by_text(f"{len(files)} files selected")).to_be_visible()
    scene.take("upload")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    scene.page.route("**/*partNumber*", hold)
    with scene.page.expect_request(re.compile("partNumber")):
        scene.button("Create").click()
    expect(scene.button("Uploading…")).to_be_visible()
    scene.take("uploading")
    for route in held:
        route.continue_()
    scene.page.unroute_all()
    expect(scene.page.get_by_text("files uploaded successfully").first).to_be_visible()
    expect(scene.page.get_by_text("Ready to train")).to_be_visible()
    scene.take("model-ready", whole=True)


def training(scene: Scene) -> None:
    """From the button to the result."""
    page = scene.page
    page.get_by_role("button", name=re.compile("^Delete recording-01")).first.click()
    scene.asked("Delete dataset?")
    scene.take("dataset-delete")
    scene.button("Cancel").click()
    scene.button("Train the language").click()
    scene.asked("Train the language")
    scene.take("train")
    scene.button("Train").click()
    scene.asked("Train anyway?")
    scene.take("train-anyway")
    scene.button("Train anyway").click()
    expect(page.get_by_text("Training started successfully").first).to_be_visible()
    curve = page.get_by_role("img", name=re.compile("^Loss went from"))
    expect(curve).to_be_visible(timeout=TRAINED_MS)
    expect(page.get_by_text(re.compile("^[6-9][0-9] %$"))).to_be_visible(timeout=TRAINED_MS)
    scene.take("training")
    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=TRAINED_MS)
    scene.take("model-trained", whole=True)


def all_statuses(scene: Scene, failed: CustomModel, recordings: list[Recording]) -> None:
    """The list with a model of each status; then what deleting one asks."""
    page = scene.page
    running = scene.client.create_model("Comptes rendus", "fr-CA")
    waiting = scene.client.create_model("Radiology reports", "en-US")
    scene.client.create_model("פגישות צוות", "en")
    for model in (running, waiting):
        scene.job.upload(model, recordings, scene.folder)
        scene.job.validate(model)
        scene.client.train(model.id, skip_unmatched=True)
    scene.open("/custom-models", "Custom Models")
    for status in ("Not running", "Provisioning resources", "Running", "Success", "Failed"):
        expect(page.get_by_text(status, exact=True).first).to_be_visible(timeout=TRAINED_MS)
    scene.take("models")
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    scene.take("models-narrow")
    scene.button(f"Delete {failed.name}").click()
    scene.asked("Delete custom model?")
    scene.take("model-delete")
    scene.button("Cancel").click()
    page.goto(f"/custom-models/{failed.id}")
    expect(page.get_by_text("Training status: Failed")).to_be_visible()
    scene.take("model-failed")


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
    scene.open("/glossary", "Glossary")
    page.get_by_role("button", name="Add entry").first.click()
    page.get_by_label("Term").fill("asterix")
    page.get_by_label("Replacement").fill("Asterisk")
    scene.take("glossary")


def corners(scene: Scene, withdraw: "Withdrawal") -> None:
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


@dataclass(frozen=True)
class Withdrawal:
    """Takes Automatic Training out of the organisation's plan."""

    address: str
    token: str

    def __call__(self) -> None:
        """From now on the feature is not available."""
        at = f"{self.address}/api/v1/admin/organisations/{DEMO}/plan"
        bearer = {"Authorization": f"Bearer {self.token}"}
        plan = httpx.get(at, headers=bearer).raise_for_status().json()
        httpx.put(at, headers=bearer, json=plan | {"features": []}).raise_for_status()


def hasty(scene: Scene, recordings: list[Recording]) -> CustomModel:
    """A model whose training has failed: no caption has the time to say what it says."""
    folder = scene.folder / "hasty"
    folder.mkdir()
    copies: list[Recording] = []
    for each in recordings:
        audio, transcript = folder / each.audio.name, folder / each.transcript.name
        audio.symlink_to(each.audio)
        transcript.write_text(to_vtt([Cue(0, 0.6, "word " * 90)]), encoding="utf-8")
        copies.append(Recording(audio, transcript, each.speech_seconds))
    model = scene.client.create_model("Commentaires sportifs", "fr")
    scene.job.upload(model, copies, folder)
    scene.job.validate(model)
    started = scene.client.train(model.id, skip_unmatched=False)
    for _ in trainings.follow(scene.client, model.id, started.id):
        pass
    return scene.client.model(model.id)


def shoot(stack: Stack, browser: Browser, folder: Path) -> None:
    """All pictures, as one visit."""
    sysop = stack.token(org=DEMO, user="root", roles=["sysop"])
    grant(stack.address, sysop)
    context = browser.new_context(
        base_url=stack.address, locale="en-GB", viewport={"width": WIDTH, "height": HEIGHT}
    )
    context.set_default_timeout(PATIENCE_MS)
    token = stack.token(org=DEMO, user="ann", roles=["admin"])
    learnt, held_out = split(prompts("fr"), "fr")
    with Client(stack.address, token) as client:
        page = context.new_page()
        scene = Scene(page, client, Job(client, Journal()), folder, held_out)
        recordings = join(learnt, folder)
        first_visit(scene)
        creation(scene)
        upload(scene, recordings)
        training(scene)
        all_statuses(scene, hasty(scene, recordings), recordings)
        dashboard(scene)
        corners(scene, Withdrawal(stack.address, sysop))
    context.close()


def main() -> None:
    """Start the stack and the browser, and end them again."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is not here: apt install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    FOLDER.mkdir(exist_ok=True)
    os.environ["ARGOT_UPGRADE_URL"] = "https://example.org/plans"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder) / "data", settings=StackSettings(port=None)) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        shoot(stack, browser, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
