"""Models in the statuses that a picture shows, made without the panel."""

from argot import trainings
from argot.demo.recordings import Recording
from scripts.screenshots.scene import Scene
from shared.rpc.catalog import CustomModel
from shared.speech.captions import to_vtt
from shared.speech.cues import Cue


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
