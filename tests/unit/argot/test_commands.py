"""Commands from the terminal's side, over a client with canned answers."""

from collections.abc import Iterator
from typing import Any, Literal

import jwt
import pytest
from typer.testing import CliRunner

from argot import access
from argot.cli import app
from argot.client import Client
from argot.commands import languages as languages_command
from argot.commands import models as models_command
from argot.commands import train as train_command
from argot.connection import ProblemError
from argot.stack.daemon import Running
from shared.rpc.catalog import CustomModel, Language
from shared.rpc.trainer import Training

SECRET = "a-secret-of-at-least-thirty-two-bytes"


def model(**changes: Any) -> CustomModel:
    fields: dict[str, Any] = {
        "id": "m1",
        "key": "fr-medical",
        "name": "Medical",
        "language": "fr",
        "language_name": "French",
        "status": 4,
        "status_name": "success",
        "enabled": True,
        "failure": None,
        "last_modified": "2026-01-01T00:00:00Z",
        "created_at": "2026-01-01T00:00:00Z",
    }
    return CustomModel.model_validate(fields | changes)


def training(status: int, **changes: Any) -> Training:
    names = {2: "provisioning", 3: "running", 4: "success", 5: "failed"}
    fields: dict[str, Any] = {
        "id": "t1",
        "status": status,
        "status_name": names[status],
        "started_at": None,
        "finished_at": None,
        "progress": {"phase": "epochs", "percent": 42.0, "eta_seconds": 65.0, "loss": [[9, 1.5]]},
        "evaluation": None,
        "data": {"segments": 0, "seconds_used": 0.0, "dropped": []},
        "failure": None,
    }
    return Training.model_validate(fields | changes)


class Canned(Client):
    """Knows three models, of which one serves, and two base languages, of which one is published.

    One recording has no transcript; a training gives the canned states.
    """

    def __init__(self) -> None:
        super().__init__("http://argot.example", "token")
        self.states: Iterator[Training] = iter([])
        self.trained: list[bool] = []

    def languages(self, purpose: Literal["training", "transcription"]) -> list[Language]:
        english = Language(key="en", name="English", kind="base")
        french = Language(key="fr", name="French", kind="base")
        medical = Language(key="fr-medical", name="Medical", kind="custom")
        return [english, french] if purpose == "training" else [french, medical]

    def create_model(self, name: str, language: str) -> CustomModel:  # noqa: ARG002
        raise ProblemError("invalid-language", "Invalid language")

    def models(self) -> list[CustomModel]:
        return [model(), model(id="m2", key="fr-legal", name="Legal"), model(id="m3", name="Legal")]

    def train(self, model_id: str, *, skip_unmatched: bool) -> Training:
        assert model_id == "m1"
        self.trained.append(skip_unmatched)
        if not skip_unmatched:
            raise ProblemError("unmatched-audio", "Some audio", unmatched_audio=["talk.wav"])
        return training(2)

    def training(self, model_id: str, training_id: str) -> Training:
        assert (model_id, training_id) == ("m1", "t1")
        return next(self.states)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Canned:
    canned = Canned()
    for command in (train_command, models_command, languages_command):
        monkeypatch.setattr(command, "open_client", lambda *_: canned)
    monkeypatch.setattr("argot.trainings.POLL_SECONDS", 0)
    return canned


@pytest.mark.usefixtures("client")
def test_models_are_lines_without_a_terminal() -> None:
    result = CliRunner().invoke(app, ["models"])
    assert result.output.splitlines()[0] == (
        "fr-medical\tMedical\tSuccess\tFrench\t2026-01-01 00:00"
    )


@pytest.mark.usefixtures("client")
def test_languages_tell_what_they_are_for() -> None:
    result = CliRunner().invoke(app, ["languages"])
    assert result.output.splitlines() == [
        "en\tEnglish\tbase\ttraining",
        "fr\tFrench\tbase\ttranscription, training",
        "fr-medical\tMedical\tcustom\ttranscription",
    ]


@pytest.mark.usefixtures("client")
def test_a_language_that_there_is_not_is_refused_with_the_list_of_those_that_there_are() -> None:
    result = CliRunner().invoke(app, ["create", "Medical", "--language", "french"])
    assert (result.exit_code, result.output) == (
        1,
        "argot: Invalid language; see: argot languages\n",
    )


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        ("Dental", "argot: There is no custom model 'Dental'; see: argot models"),
        ("legal", "argot: Several custom models are called 'legal', use a key: fr-legal, "),
    ],
)
def test_a_model_must_be_named_clearly(named: str, complaint: str) -> None:
    result = CliRunner().invoke(app, ["train", named])
    assert result.exit_code == 1
    assert result.output.startswith(complaint)


def test_without_a_terminal_nobody_is_asked_about_unmatched_audio(client: Canned) -> None:
    result = CliRunner().invoke(app, ["train", "fr-medical"])
    assert result.exit_code == 1
    assert client.trained == [False]
    assert "talk.wav" in result.output
    assert "--skip-unmatched" in result.output


def test_watch_ends_with_both_error_rates(client: Canned) -> None:
    samples = [
        {"reference": "un", "baseline": "un", "tuned": "un"},
        {"reference": "deux", "baseline": "d'œufs", "tuned": "deux"},
    ]
    evaluation = {
        "baseline_wer": 0.2,
        "wer": 0.125,
        "ci95": [0.1, 0.15],
        "test_seconds": 90.0,
        "samples": samples,
    }
    data = {
        "segments": 9,
        "seconds_used": 60.0,
        "dropped": [
            {"file": "a.wav", "reason": "not-aligned", "seconds": 12.0},
            {"file": "a.wav", "reason": "pause", "seconds": 40.0},
        ],
        "suspects": [
            {"file": "a.wav", "start": 1.25, "end": 3.0, "written": "trois", "heard": "quatre"}
        ],
    }
    ended = training(4, evaluation=evaluation, data=data)
    client.states = iter([training(2), training(3), ended])
    result = CliRunner().invoke(app, ["train", "medical", "--skip-unmatched", "--watch"])
    assert result.exit_code == 0
    assert "epochs 42% 1:05 left, loss 1.500" in result.output
    assert "base model   20.0%" in result.output
    assert "custom model 12.5% (95%: 10.0% to 15.0%)" in result.output
    assert "base:   d'œufs" in result.output
    assert "said:   un\n" not in result.output
    assert "12 s of the audio were not used." in result.output
    assert "  a.wav, 1.2 s to 3.0 s\n  written: trois\n  heard:   quatre\n" in result.output
    assert "argot transcribe FILE --language fr-medical" in result.output


def test_a_failed_training_says_why(client: Canned) -> None:
    failure = {"code": "bad-audio", "message": "talk.wav holds no speech."}
    client.states = iter([training(5, failure=failure)])
    result = CliRunner().invoke(app, ["train", "m1", "--skip-unmatched", "--watch"])
    assert result.exit_code == 1
    assert "argot: The training failed: talk.wav holds no speech." in result.output


def test_a_token_says_who_and_for_how_long() -> None:
    arguments = "token --org acme --user ann --role user --role admin --name Ann --hours 2"
    result = CliRunner().invoke(app, arguments.split(), env={"ARGOT_JWT_SECRET": SECRET})
    claims = jwt.decode(result.output.strip(), SECRET, algorithms=["HS256"])
    assert claims["roles"] == ["user", "admin"]
    assert (claims["sub"], claims["name"], claims["org"]) == ("ann", "Ann", "acme")


def test_an_unknown_role_is_refused() -> None:
    arguments = ["token", "--org", "acme", "--user", "ann", "--role", "root", "--secret", SECRET]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert result.output == "argot: There is no role 'root'; roles are: user, admin, sysop\n"


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Running:
    serving = Running(
        1, "http://127.0.0.1:8081", "amqp://local", {"admin": "local-token"}, "s" * 32
    )
    monkeypatch.setattr(access, "running", lambda _: serving)
    return serving


def authorization(client: Client) -> str:
    return client._server._http.headers["Authorization"]


def test_the_local_stack_is_used_where_nothing_is_set(stack: Running) -> None:
    client = access.open_client(None, None)
    assert client.url == stack.address
    assert authorization(client) == "Bearer local-token"
    assert access.broker_url(None) == "amqp://local"


@pytest.mark.usefixtures("stack")
def test_its_token_goes_nowhere_else() -> None:
    with pytest.raises(access.ExpectedError, match="ARGOT_TOKEN"):
        access.open_client("https://argot.example", None)


@pytest.mark.usefixtures("stack")
def test_what_is_set_goes_first() -> None:
    client = access.open_client("https://argot.example/", "own-token")
    assert client.url == "https://argot.example"
    assert authorization(client) == "Bearer own-token"
    assert access.broker_url("amqp://own") == "amqp://own"
