"""Files of a model, as few words as possible, and strategies that make them."""

import hashlib
from collections.abc import Sequence

from hypothesis import strategies as st

from services.validator.domain.files import KnownFile
from shared.rpc.ingest import DatasetType
from shared.speech.filenames import FileKind, dataset_type, kind_of


def file(name: str, number: int = 0, **facts: object) -> KnownFile:
    """Its type by its name; its content differs from that of every other name."""
    kind: DatasetType = dataset_type(kind_of(name) or FileKind.AUDIO).value
    return KnownFile(
        **{
            "dataset_id": f"{number:04}-{name}",
            "name": name,
            "type": kind,
            "storage_key": f"datasets/{name}",
            "size": 1000,
            "sha256": hashlib.sha256(name.encode()).hexdigest(),
            **facts,
        }
    )


def manifest(name: str, *named: str, number: int = 0, **facts: object) -> KnownFile:
    return file(name, number, named=list(named), **facts)


def pairs(count: int, seconds: float | None) -> list[KnownFile]:
    """Files named `talk0.wav` and `talk0.vtt` and so on."""
    return [
        each
        for number in range(count)
        for each in (file(f"talk{number}.wav", duration=seconds), file(f"talk{number}.vtt"))
    ]


STEMS = st.sampled_from(["a", "A", "b", "c.d", "Straße", "STRASSE"])
AUDIO_NAMES = st.builds("{}.{}".format, STEMS, st.sampled_from(["wav", "WAV", "mp3", "m4a"]))
TEXT_NAMES = st.builds("{}.{}".format, STEMS, st.sampled_from(["vtt", "srt", "txt", "TXT"]))
NAMED = st.lists(
    st.builds("{}.{}".format, STEMS, st.sampled_from(["wav", "mp4"])), unique=True, max_size=4
)


@st.composite
def models(draw: st.DrawFn) -> list[KnownFile]:
    """Files of one model, in the order in which they were uploaded."""
    names: Sequence[str] = draw(st.lists(AUDIO_NAMES | TEXT_NAMES, unique=True, max_size=9))
    listings = draw(st.lists(NAMED, max_size=2))
    files = [
        *(file(name) for name in names),
        *(manifest(f"{place}.jsonl", *named) for place, named in enumerate(listings)),
    ]
    order = draw(st.permutations(range(len(files))))
    return [each._replace(dataset_id=f"{at:04}") for at, each in zip(order, files, strict=True)]
