"""Models in the statuses that a picture shows, made without the panel."""

from argot import trainings
from argot.demo.recordings import Recording
from scripts.screenshots.scene import Scene
from shared.rpc.catalog import CustomModel


def misplaced(scene: Scene, recordings: list[Recording]) -> CustomModel:
    """A model whose training has failed: its language is not that of the recordings."""
    model = scene.client.create_model("Call centre", "en")
    scene.job.upload(model, recordings, scene.folder)
    scene.job.validate(model)
    started = scene.client.train(model.id, skip_unmatched=False)
    for _ in trainings.follow(scene.client, model.id, started.id):
        pass
    return scene.client.model(model.id)
