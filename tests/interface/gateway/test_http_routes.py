"""Each route asks the right services and gives the contract's answer."""

import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from .fake_transcriber import RAW, RESULTS, SIGNED

Bearer = Callable[..., dict[str, str]]

MODEL = "/api/v1/custom-models/m1"
TRAINED = "/api/v1/custom-models/trained"
PLAN = {
    "features": ["automatic_training"],
    "training": {"limit": 3, "unit_price": "12.50"},
    "hosting": {"limit": None, "unit_price": None},
    "budget": "100",
    "anchor": "2025-01-31",
    "timezone": "Europe/Paris",
}


@pytest.fixture(autouse=True)
def _token(http: httpx.Client, bearer: Bearer) -> None:
    http.headers.update(bearer(roles=["admin", "unheard-of"], parent_org="reseller"))


def test_me(http: httpx.Client) -> None:
    assert http.get("/api/v1/me").json() == {
        "user": {"id": "ann", "name": "Ann", "roles": ["admin"]},
        "organisation": {"id": "acme", "name": "Acme", "is_resellee": True},
        "features": ["automatic_training"],
    }


def test_languages(http: httpx.Client) -> None:
    base = {"key": "fr", "name": "French", "kind": "base"}
    custom = {"key": "fr-x", "name": "X", "kind": "custom"}
    custom |= {"model_id": "m1", "base_language": "fr"}
    assert http.get("/api/v1/languages?for=training").json() == {
        "items": [base],
        "next_cursor": None,
    }
    assert http.get("/api/v1/languages?for=transcription").json() == {
        "items": [base, custom],
        "next_cursor": None,
    }


def test_models(http: httpx.Client) -> None:
    page = http.get("/api/v1/custom-models?limit=2").json()
    assert [item["id"] for item in page["items"]] == ["m0", "m1"]
    assert page["next_cursor"] == "more"
    created = http.post("/api/v1/custom-models", json={"name": "  Été  ", "language": "fr"})
    assert (created.status_code, created.headers["Location"]) == (201, MODEL)
    assert created.json()["name"] == "Été"
    assert http.get(MODEL).json()["created_at"] == "2025-01-02T03:04:05.000000Z"
    assert http.patch(MODEL, json={"name": "New"}).json()["name"] == "New"
    deleted = http.delete(MODEL)
    assert (deleted.status_code, deleted.content) == (204, b"")


def test_dataset_uploads(http: httpx.Client) -> None:
    files = [{"name": "a.wav", "size": 3}, {"name": "b.wav", "size": 0}]
    opened = http.post(f"{MODEL}/uploads", json={"type": "auto", "files": files})
    assert opened.status_code == 201
    assert opened.json()["items"] == [
        {"name": "a.wav", "status": "created", "upload_id": "u1", "part_size": 1, "part_count": 1},
        {"name": "b.wav", "status": "rejected", "code": "invalid-request", "detail": "Empty"},
    ]
    signed = http.post("/api/v1/uploads/u1/parts", json={"part_numbers": [1]}).json()["items"]
    assert (signed[0]["method"], signed[0]["size"]) == ("PUT", 1)
    assert http.get("/api/v1/uploads/u1").json()["dataset_id"] is None
    assert http.post("/api/v1/uploads/u1/complete").json()["id"] == "d1"
    assert http.delete("/api/v1/uploads/u1").status_code == 204


def test_the_upload_of_a_transcription(http: httpx.Client) -> None:
    assert http.get("/api/v1/uploads/u2").json()["size"] == 2
    assert http.post("/api/v1/uploads/u2/complete").json()["status"] == "queued"
    assert http.get("/api/v1/uploads/u3").json()["code"] == "upload-not-found"


def test_a_bad_body_for_an_upload_that_ended_is_404(http: httpx.Client) -> None:
    at, bad = "/api/v1/uploads", {"un": "heard"}
    codes = {
        (ended, action): http.post(f"{at}/{ended}/{action}", json=bad).json()["code"]
        for ended in ("aborted", "completed")
        for action in ("parts", "complete")
    }
    assert codes.pop(("completed", "complete")) == "invalid-request"
    assert set(codes.values()) == {"upload-not-found"}


def test_datasets(http: httpx.Client) -> None:
    assert http.get(f"{MODEL}/datasets").json()["items"][0]["duration"] == 1.5
    download = http.get(f"{MODEL}/datasets/d1/download")
    assert (download.status_code, download.content) == (307, b"")
    assert download.headers["Location"] == "http://storage/d1?X-Amz-Signature=abc"
    assert http.get(f"{MODEL}/datasets/d2/download").json()["code"] == "dataset-not-found"
    assert http.delete(f"{MODEL}/datasets/d1").status_code == 204


def test_validation(http: httpx.Client) -> None:
    verdict = http.post(f"{MODEL}/validation").json()
    assert verdict["errors"] == [{"code": "validation_failed", "message": "at 7 in fr"}]
    assert verdict["warnings"][0]["file"] == "a b.wav"
    assert "pairs" not in verdict
    processing = http.post(f"{TRAINED}/validation")
    assert (processing.status_code, processing.json()["code"]) == (409, "not-ready-to-run")


def test_training(http: httpx.Client) -> None:
    unmatched = http.post(f"{MODEL}/train")
    assert (unmatched.status_code, unmatched.json()["code"]) == (409, "unmatched-audio")
    assert unmatched.json()["unmatched_audio"] == ["a.wav", "b.wav"]
    started = http.post(
        f"{MODEL}/train", json={"skip_unmatched": True}, headers={"Idempotency-Key": "key-1"}
    )
    assert (started.status_code, started.json()["id"]) == (202, "key-1")
    assert started.headers["Location"] == f"{MODEL}/trainings/key-1"
    assert (started.json()["status"], started.json()["progress"]["percent"]) == (2, 0.0)
    assert [each["id"] for each in http.get(f"{TRAINED}/trainings").json()["items"]] == ["t1"]
    assert http.get(f"{TRAINED}/trainings/t1").json()["status"] == 2
    assert http.get(f"{TRAINED}/trainings/t9").json()["code"] == "training-not-found"


def test_artifact(http: httpx.Client) -> None:
    assert http.get(f"{MODEL}/artifact").json()["code"] == "not-ready-to-run"
    artifact = http.get(f"{TRAINED}/artifact")
    assert artifact.status_code == 307
    assert artifact.headers["Location"] == "http://storage/fr-cardiology.tar.gz"


def test_a_browser_asks_where_a_redirect_leads(http: httpx.Client) -> None:
    told = http.get(f"{TRAINED}/artifact", headers={"Accept": "application/json"})
    assert (told.status_code, told.headers["Cache-Control"]) == (200, "no-store")
    assert told.json() == {"url": "http://storage/fr-cardiology.tar.gz"}
    early = http.get(f"{MODEL}/artifact", headers={"Accept": "application/json"})
    assert (early.status_code, early.json()["code"]) == (409, "not-ready-to-run")


def test_transcriptions(http: httpx.Client) -> None:
    new = {"language": "fr", "name": "a.mp3", "size": 5}
    opened = http.post("/api/v1/transcriptions", json=new)
    assert (opened.status_code, opened.json()["upload_id"]) == (201, "u2")
    assert opened.headers["Location"] == "/api/v1/transcriptions/x1"
    refused = http.post("/api/v1/transcriptions", json=new | {"language": "de"})
    assert (refused.status_code, refused.json()["code"]) == (403, "language-not-published")
    assert http.get("/api/v1/transcriptions/x1").json()["status"] == "queued"
    page = http.get("/api/v1/transcriptions?limit=1").json()
    assert ([each["id"] for each in page["items"]], page["next_cursor"]) == (["x1"], "more")
    for form, (content, kind) in RESULTS.items():
        result = http.get(f"/api/v1/transcriptions/x1/result?format={form}")
        assert (result.headers["Content-Type"], result.text) == (kind, content)
        raw = http.get(f"/api/v1/transcriptions/x1/result?format={form}&glossary=false")
        assert (raw.headers["Content-Type"], raw.text) == (
            kind,
            content if form == "json" else RAW,
        )
    unsure = http.get("/api/v1/transcriptions/x1/result?glossary=perhaps")
    assert (unsure.status_code, unsure.json()["errors"][0]["field"]) == (422, "glossary")
    audio = http.get("/api/v1/transcriptions/x1/audio")
    assert (audio.status_code, audio.headers["Location"]) == (307, SIGNED.format("x1"))
    deleted = http.delete("/api/v1/transcriptions/x1")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert http.delete("/api/v1/transcriptions/x2").json()["code"] == "not-found"


def test_the_glossary(http: httpx.Client) -> None:
    at = "/api/v1/glossary"
    assert http.get(at).json() == {"items": []}
    short = {"term": " argo ", "replacement": "Argot"}
    whole = {"term": "argo", "replacement": "Argot", "case_sensitive": False, "language": None}
    put = http.put(at, json={"items": [short]})
    assert (put.status_code, put.json()) == (200, {"items": [whole]})
    shown = http.get(at)
    assert (shown.json(), "ETag" in shown.headers) == (put.json(), True)
    assert http.put(at, json=shown.json()).json() == shown.json()
    for items, field in (
        ([short, short | {"term": "a" * 101}], "items.1.term"),
        ([short | {"replacement": "a\u0000"}], "items.0.replacement"),
        ([short | {"case_sensitive": "yes"}], "items.0.case_sensitive"),
        ([short | {"note": ""}], "items.0.note"),
        ([{"term": "argo"}], "items.0.replacement"),
        ([short] * 1001, "items"),
    ):
        refused = http.put(at, json={"items": items})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
        assert refused.json()["errors"][0]["field"] == field
    assert http.put(at, json={"items": []}).json() == {"items": []}


def test_alignments(http: httpx.Client) -> None:
    new = {"language": "fr", "audio": {"name": "a.mp3", "size": 5}, "transcript": "Bonjour."}
    opened = http.post("/api/v1/alignments", json=new)
    assert (opened.status_code, opened.json()["upload_id"]) == (201, "u2")
    assert opened.headers["Location"] == "/api/v1/alignments/y1"
    refused = http.post("/api/v1/alignments", json=new | {"language": "de"})
    assert (refused.status_code, refused.json()["code"]) == (403, "language-not-published")
    assert http.get("/api/v1/alignments/y1").json()["status"] == "queued"
    assert [each["id"] for each in http.get("/api/v1/alignments").json()["items"]] == ["y1"]
    assert http.get("/api/v1/alignments/x1").json()["code"] == "not-found"
    captions = http.get("/api/v1/alignments/y1/result")
    assert (captions.text, captions.headers["Content-Type"]) == RESULTS["vtt"]
    for form in ("json", "srt"):
        result = http.get(f"/api/v1/alignments/y1/result?format={form}")
        assert (result.text, result.headers["Content-Type"]) == RESULTS[form]
    signed = http.get("/api/v1/alignments/y1/audio", headers={"Accept": "application/json"})
    assert (signed.status_code, signed.json()) == (200, {"url": SIGNED.format("y1")})
    assert http.get("/api/v1/alignments/x1/audio").json()["code"] == "not-found"
    assert http.delete("/api/v1/alignments/y1").status_code == 204
    assert http.delete("/api/v1/alignments/x1").json()["code"] == "not-found"


def test_texts_of_many_hours(http: httpx.Client) -> None:
    """Characters are counted, in whatever bytes they come."""
    at, kind = "/api/v1/alignments", {"Content-Type": "application/json"}
    new = {"language": "fr", "audio": {"name": "a.mp3", "size": 5}}
    thai = json.dumps(new | {"transcript": "ก" * 1_000_000})
    assert "\\u0e01" in thai
    assert http.post(at, content=thai, headers=kind).status_code == 201
    long = http.post(at, json=new | {"transcript": "a" * 1_000_001})
    assert (long.status_code, long.json()["code"]) == (422, "invalid-request")
    assert long.json()["errors"][0]["field"] == "transcript"
    longer = http.post(at, content=thai + " " * 100_000, headers=kind)
    assert (longer.status_code, longer.json()["code"]) == (413, "payload-too-large")


@pytest.mark.parametrize(("known", "status"), [(True, 100), (False, 401)])
def test_only_who_is_known_may_send_a_long_text(
    stack: Any, bearer: Bearer, known: bool, status: int
) -> None:
    headers = bearer() if known else {}
    headers |= {"Content-Type": "application/json", "Content-Length": "2000000"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST /api/v1/alignments HTTP/1.1\r\nHost: argot\r\nExpect: 100-continue\r\n{lines}\r\n"
    with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(f"HTTP/1.1 {status} ".encode())


def test_what_is_left_of_the_plan(http: httpx.Client) -> None:
    assert http.get("/api/v1/remaining-claims").json() == {
        "period": {"start": "2025-01-31T00:00:00.000000Z", "end": "2025-03-03T00:00:00.000000Z"},
        "training": {"used": 0, "limit": None, "next_price": "0"},
        "hosting": {"used": 0, "limit": 0, "next_price": None},
        "budget_left": "12.50",
    }


def test_administration(http: httpx.Client, bearer: Bearer) -> None:
    http.headers.update(bearer("acme", ["sysop"]))
    at = "/api/v1/admin/organisations/globex"
    assert http.get(f"{at}/plan").json()["code"] == "not-found"
    put = http.put(f"{at}/plan", json=PLAN)
    assert (put.status_code, put.json()) == (200, PLAN)
    assert http.get(f"{at}/plan").json() == PLAN
    assert http.put(f"{at}/publications/fr").status_code == 204
    assert http.delete(f"{at}/publications/fr").status_code == 204
    assert http.get(f"{at}/claims").json() == {"items": [], "next_cursor": None}


def test_a_plan_that_is_put_counts_at_once(http: httpx.Client, bearer: Bearer) -> None:
    at = "/api/v1/admin/organisations/initech/plan"
    mine, sysop = bearer("initech"), bearer("acme", ["sysop"])
    for features, status in (([], 403), (["automatic_training"], 200), ([], 403)):
        assert http.put(at, json=PLAN | {"features": features}, headers=sysop).status_code == 200
        assert http.get("/api/v1/custom-models", headers=mine).status_code == status


def test_operations_need_no_token(http: httpx.Client) -> None:
    del http.headers["Authorization"]
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"checks": {"broker": "ok"}}
    assert http.get("/openapi.json").json()["openapi"] == "3.1.0"
    assert "argot_http_seconds" in http.get("/metrics").text
    assert http.get("/docs").headers["Content-Type"] == "text/html; charset=utf-8"
