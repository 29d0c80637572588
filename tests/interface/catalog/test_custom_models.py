"""Custom models and languages, on the real bus and both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.errors import ArgotError
from shared.events.catalog import CustomModelCreated, CustomModelDeleted, CustomModelRenamed
from shared.rpc.catalog import (
    CreateModel,
    CustomModel,
    DeleteModel,
    FindTranscriptionTarget,
    GetModel,
    ListLanguages,
    ListModels,
    PublishLanguage,
    RenameModel,
    WithdrawLanguage,
)
from shared.rpc.contract import Idempotency
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap


def test_a_model_is_created_renamed_and_deleted(
    amqp_url: str, call: TestCaller, organisation: str
) -> None:
    with Tap(amqp_url, "catalog") as tap:
        made = call(CreateModel(organisation_id=organisation, name="Dictation", language="fr"))
        about = {"organisation_id": organisation, "model_id": made.id}
        renamed = call(RenameModel(**about, name="Dictées"))
        call(DeleteModel(**about))
        events = tap.wait_for(lambda seen: len(seen) == 3)

    assert (made.status, made.status_name, made.enabled) == (1, "not_running", False)
    assert (made.language_name, made.failure) == ("French", None)
    assert (renamed.key, renamed.name) == (made.key, "Dictées")
    assert renamed.last_modified > made.last_modified
    assert [type(event) for event in events] == [
        CustomModelCreated,
        CustomModelRenamed,
        CustomModelDeleted,
    ]
    assert {headers["ce-subject"] for headers in tap.headers} == {made.id}
    with pytest.raises(ArgotError, match="custom-model-not-found"):
        call(GetModel(**about))


def test_a_call_that_is_delivered_twice_makes_one_model(
    call: TestCaller, organisation: str
) -> None:
    request = CreateModel(organisation_id=organisation, name="Dictation", language="fr")

    assert call(request) == call(request)
    assert len(call(ListModels(organisation_id=organisation)).items) == 1


def test_an_idempotency_key_gives_one_model_and_its_first_answer(
    amqp_url: str, call: TestCaller, organisation: str
) -> None:
    def create(name: str, digest: str) -> CreateModel:  # a model id of its own each time
        return CreateModel(
            organisation_id=organisation,
            name=name,
            language="fr",
            idempotency=Idempotency(key="k", digest=digest),
        )

    with Tap(amqp_url, "catalog") as tap:
        made = call(create("Dictation", "1"))
        call(RenameModel(organisation_id=organisation, model_id=made.id, name="Dictées"))
        assert call(create("Dictation", "1")) == made
        with pytest.raises(ArgotError, match="invalid-request"):
            call(create("Another", "2"))
        tap.wait_for(lambda seen: len(seen) == 2)

    assert [each.id for each in call(ListModels(organisation_id=organisation)).items] == [made.id]
    assert [type(event) for event in tap.events] == [CustomModelCreated, CustomModelRenamed]


def test_a_reseller_grants_what_it_has(call: TestCaller, organisation: str) -> None:
    grant = PublishLanguage(organisation_id="resellee", language="de", granted_by=organisation)

    with pytest.raises(ArgotError, match="language-not-published"):
        call(grant)
    call(PublishLanguage(organisation_id="resellee", language="fr", granted_by=organisation))

    offered = call(ListLanguages(organisation_id="resellee", purpose="transcription")).items
    assert [each.key for each in offered] == ["fr"]
    with pytest.raises(ArgotError, match="invalid-language"):
        call(PublishLanguage(organisation_id="resellee", language="xx", granted_by=organisation))


def test_a_taken_key_is_refused_until_its_model_is_deleted(
    call: TestCaller, organisation: str, model: CustomModel
) -> None:
    again = CreateModel(organisation_id=organisation, name="  DICTATION ", language="fr")

    with pytest.raises(ArgotError, match="language-exists"):
        call(again)
    call(DeleteModel(organisation_id=organisation, model_id=model.id))

    assert call(again).key == model.key


def test_the_same_key_in_another_organisation_is_no_collision(
    call: TestCaller, organisation: str, model: CustomModel
) -> None:
    other = f"{organisation}-2"
    call(PublishLanguage(organisation_id=other, language="fr"))

    made = call(CreateModel(organisation_id=other, name=model.name, language="fr"))

    assert (made.key, made.name) == (model.key, model.name)
    assert made.id != model.id


def test_a_name_may_be_given_twice_by_renaming_since_the_key_stays(
    call: TestCaller, organisation: str, model: CustomModel
) -> None:
    other = call(CreateModel(organisation_id=organisation, name="Another", language="fr"))

    renamed = call(
        RenameModel(organisation_id=organisation, model_id=other.id, name=f"  {model.name} ")
    )

    assert (renamed.name, renamed.key) == (model.name, other.key)
    with pytest.raises(ArgotError, match="language-exists"):
        call(CreateModel(organisation_id=organisation, name="Another", language="fr"))


@pytest.mark.parametrize("name", ["x", " x ", "y" * 201, "a\x00b"])
def test_a_name_that_is_too_short_too_long_or_no_text_is_refused(
    call: TestCaller, organisation: str, model: CustomModel, name: str
) -> None:
    wrong = {"organisation_id": organisation, "name": name}
    for request in (
        CreateModel.model_construct(**wrong, model_id="m", language="fr"),
        RenameModel.model_construct(**wrong, model_id=model.id),
    ):
        with pytest.raises(ArgotError, match="invalid-request"):
            call(request)


@pytest.mark.parametrize(
    ("language", "code"), [("de", "language-not-published"), ("xx", "invalid-language")]
)
def test_a_base_language_must_exist_and_be_published(
    call: TestCaller, organisation: str, language: str, code: str
) -> None:
    with pytest.raises(ArgotError, match=code):
        call(CreateModel(organisation_id=organisation, name="Dictation", language=language))


def test_another_organisation_sees_nothing(call: TestCaller, model: CustomModel) -> None:
    foreign = {"organisation_id": "somebody else", "model_id": model.id}

    assert call(ListModels(organisation_id="somebody else")).items == []
    for request in (GetModel(**foreign), RenameModel(**foreign, name="x!"), DeleteModel(**foreign)):
        with pytest.raises(ArgotError, match="custom-model-not-found"):
            call(request)


def test_the_list_comes_in_pages_newest_change_first(call: TestCaller, organisation: str) -> None:
    names = [f"Model {number}" for number in range(5)]
    made = [
        call(CreateModel(organisation_id=organisation, name=name, language="fr")) for name in names
    ]
    call(RenameModel(organisation_id=organisation, model_id=made[0].id, name="Renamed"))

    found, cursor = [], None
    while True:
        page = call(ListModels(organisation_id=organisation, limit=2, cursor=cursor))
        found += [each.name for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert found == ["Renamed", "Model 4", "Model 3", "Model 2", "Model 1"]


def test_a_bad_cursor_is_refused(call: TestCaller, organisation: str) -> None:
    with pytest.raises(ArgotError, match="invalid-request"):
        call(ListModels(organisation_id=organisation, cursor="nonsense"))


def test_published_languages_can_be_transcribed_with(call: TestCaller, organisation: str) -> None:
    offered = call(ListLanguages(organisation_id=organisation, purpose="transcription"))
    target = call(FindTranscriptionTarget(organisation_id=organisation, key="fr"))

    assert [(each.key, each.name, each.kind) for each in offered.items] == [
        ("fr", "French", "base")
    ]
    assert (target.language, target.base_model, target.artifact) == ("fr", "whisper-base", None)
    call(WithdrawLanguage(organisation_id=organisation, language="fr"))
    with pytest.raises(ArgotError, match="language-not-published"):
        call(FindTranscriptionTarget(organisation_id=organisation, key="fr"))


def test_a_model_that_is_not_trained_cannot_be_transcribed_with(
    call: TestCaller, organisation: str, model: CustomModel
) -> None:
    with pytest.raises(ArgotError, match="invalid-language"):
        call(FindTranscriptionTarget(organisation_id=organisation, key=model.key))


def test_every_trainable_language_is_listed_for_training(call: TestCaller) -> None:
    listed = call(ListLanguages(organisation_id="nobody", purpose="training")).items

    assert {"fr", "fr-CA", "yue"} <= {each.key for each in listed}
    assert [each.name for each in listed] == sorted(each.name for each in listed)


def test_an_unknown_language_cannot_be_published(call: TestCaller) -> None:
    with pytest.raises(ArgotError, match="invalid-language"):
        call(PublishLanguage(organisation_id="org", language="xx"))


def test_a_language_granted_many_times_at_once_is_granted(
    amqp_url: str, call: TestCaller, organisation: str
) -> None:
    request = PublishLanguage(organisation_id=organisation, language="it")

    def grant(_: int) -> None:
        with TestCaller(amqp_url) as own:
            own(request)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(grant, range(12)))
    listed = call(ListLanguages(organisation_id=organisation, purpose="transcription")).items
    assert "it" in {each.key for each in listed}


def test_a_name_of_which_nothing_can_be_seen_is_refused(
    call: TestCaller, organisation: str
) -> None:
    made = call(CreateModel(organisation_id=organisation, name="Seen", language="fr"))
    about = {"organisation_id": organisation, "name": "\u200b\u200b"}
    for request in (
        CreateModel(**about, language="fr"),
        RenameModel(**about, model_id=made.id),
    ):
        with pytest.raises(ArgotError, match="invalid-request"):
            call(request)
