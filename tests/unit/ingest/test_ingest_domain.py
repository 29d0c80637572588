import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest import domain
from services.ingest.domain import Admitted
from shared.errors import ArgotError
from shared.rpc.ingest import NamedFile, OpenedUpload
from shared.speech.filenames import FileKind, UploadType

LIMIT = 10 * 1024**3


def sort(*files: tuple[str, int], chosen: UploadType = UploadType.AUTO, taken: str = "") -> list:
    named = [NamedFile(name=name, size=size) for name, size in files]
    return domain.sort_batch(named, chosen, taken.split())


def outcome(name: str, size: int = 1, chosen: UploadType = UploadType.AUTO) -> str | None:
    (item,) = sort((name, size), chosen=chosen)
    return None if isinstance(item, Admitted) else item.code


@pytest.mark.parametrize(
    ("name", "size", "chosen", "code"),
    [
        ("a.wav", LIMIT, "auto", None),
        ("a.wav", LIMIT + 1, "auto", "file-too-large"),
        ("a.wav", 0, "auto", "invalid-request"),
        ("a.wav", -1, "auto", "invalid-request"),
        ("A.WAV", 1, "AUDIO", None),
        ("a.mkv", 1, "AUDIO", None),
        ("a.srt", 1, "AUDIO", "unsupported-file-type"),
        ("a.wav", 1, "TRANSCRIPT", "unsupported-file-type"),
        ("a.jsonl", 1, "auto", None),
        ("a.jsonl", 1, "TRANSCRIPT", "unsupported-file-type"),
        ("a.jsonl", 1, "AUDIO", "unsupported-file-type"),
        ("a.exe", 1, "auto", "unsupported-file-type"),
        ("wav", 1, "auto", "unsupported-file-type"),
        (".wav", 1, "auto", "unsupported-file-type"),
        ("", 1, "auto", "invalid-request"),
        ("a" * 252 + ".wav", 1, "auto", "invalid-request"),
        ("a" * 251 + ".wav", 1, "auto", None),
        ("a\x00.wav", 1, "auto", "invalid-request"),
        ("a\n.wav", 1, "auto", "invalid-request"),
        ("$(rm) é 日.wav", 1, "auto", None),
        ("é" * 125 + "a.wav", 1, "auto", None),
        ("é" * 126 + ".wav", 1, "auto", "invalid-request"),
        ("../../etc/a.wav", 1, "auto", None),
        ("C:\\a.wav", 1, "auto", None),
        ("a.wav/", 1, "auto", "unsupported-file-type"),
        ("a\u202evaw.exe", 1, "auto", "unsupported-file-type"),
        ("a\u202egpj.wav", 1, "auto", None),
        ("a\u2028.wav", 1, "auto", "invalid-request"),
        ("a\ud800.wav", 1, "auto", "invalid-request"),
        ("CON.wav", 1, "auto", None),
        ("NUL", 1, "auto", "unsupported-file-type"),
        ("...", 1, "auto", "unsupported-file-type"),
        ("....wav", 1, "auto", None),
    ],
)
def test_faults_of_one_file(name: str, size: int, chosen: str, code: str | None) -> None:
    assert outcome(name, size, UploadType(chosen)) == code


def test_a_video_collides_by_both_of_its_names() -> None:
    assert [type(each) for each in sort(("a.mp4", 1), ("a.m4a", 1), ("a.mov", 1))] == [
        Admitted,
        OpenedUpload,
        OpenedUpload,
    ]
    (item,) = sort(("a.MP4", 1), taken="a.m4a")
    assert (item.status, item.reason) == ("skipped", "duplicate")
    (item,) = sort(("A.mp4", 1), taken="a.m4a")
    assert item == Admitted(NamedFile(name="A.mp4", size=1), FileKind.VIDEO, "A.m4a")


def test_a_rejected_file_takes_no_name() -> None:
    first, second = sort(("a.wav", 0), ("a.wav", 1))
    assert isinstance(first, OpenedUpload)
    assert isinstance(second, Admitted)


@given(
    st.lists(st.tuples(st.sampled_from(["a.wav", "a.mp4", "a.m4a", "b", "c.srt"]), st.integers()))
)
def test_each_file_gets_one_item_in_order_and_no_name_twice(files: list[tuple[str, int]]) -> None:
    items = sort(*files)
    names = [each.file.name if isinstance(each, Admitted) else each.name for each in items]
    assert names == [name for name, _ in files]
    admitted = [each.row_name for each in items if isinstance(each, Admitted)]
    assert len(admitted) == len(set(admitted))


@pytest.mark.parametrize(("count", "code"), [(0, "invalid-request"), (101, "batch-too-large")])
def test_size_of_a_batch(count: int, code: str) -> None:
    domain.check_batch([NamedFile(name="a.wav", size=1)] * 100)
    with pytest.raises(ArgotError) as caught:
        domain.check_batch([NamedFile(name="a.wav", size=1)] * count)
    assert caught.value.code == code
