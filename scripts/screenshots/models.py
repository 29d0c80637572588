"""The pages of custom models, from the first visit to a trained one."""

import re
import shutil

from playwright.sync_api import Route, expect

from argot.demo.recordings import Recording
from scripts.screenshots.scene import HEIGHT, NARROW, Scene
from shared.rpc.catalog import CustomModel

MODEL = "Standard téléphonique"
TRAINED_MS = 900_000


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
    page.get_by_role("button", name="Show result of the training").click()
    scene.dialog("Result")
    scene.take("training-history")
    scene.button("Close").click()


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
