"""What files are taken, and how a transcript is written."""

import io
import json

import pytest

from services.transcriber.domain import transcripts
from services.transcriber.domain.glossary import prepare
from services.transcriber.domain.transcripts import (
    AlignedTranscript,
    Segment,
    TranscriptionFault,
    Word,
)
from shared.errors import ArgotError
from shared.rpc.transcriber import GlossaryEntry, JobKind, Result, ResultFormat
from shared.rpc.uploads import MAX_FILE_SIZE
from shared.speech.alignment.values import AlignedCue, AlignedWord
from shared.speech.cues import Cue
from shared.speech.subtitles import parse_transcript

SEGMENTS = (
    Segment(
        start=0.0,
        end=1.5,
        text="Bonjour <vous> & moi",
        probability=0.9,
        words=(Word(start=0.0, end=0.5, word=" Bonjour", probability=0.8),),
    ),
    Segment(start=1.5, end=4.0, text="à bientôt", probability=0.7, words=()),
)
DOCUMENT = "".join(transcripts.written("fr", 4.0, SEGMENTS)).encode()
SILENCE = "".join(transcripts.written("fr", 4.0, ())).encode()
ALIGNED = AlignedTranscript(
    language="fr",
    duration=4.0,
    cues=(
        AlignedCue(
            start=0.5,
            end=1.5,
            text="Bonjour\u00a0!",
            confidence=0.8,
            matched=True,
            words=(AlignedWord(0.5, 1.5, "Bonjour", 0.8),),
        ),
        AlignedCue(start=1.5, end=2.0, text="A --> B", confidence=0.0, matched=False, words=()),
    ),
    unmatched_audio=((2.0, 3.5),),
)


def rendered(
    document: bytes, kind: JobKind, form: ResultFormat, *, glossary: bool = True
) -> Result:
    return transcripts.render(io.BytesIO(document), kind, form, glossary=glossary)


def test_json_has_segments_words_times_and_probabilities() -> None:
    result = rendered(DOCUMENT, "transcription", "json")
    assert result.content_type == "application/json"
    assert json.loads(result.content) == {
        "language": "fr",
        "duration": 4.0,
        "text": "Bonjour <vous> & moi à bientôt",
        "segments": [
            {
                "start": 0.0,
                "end": 1.5,
                "text": "Bonjour <vous> & moi",
                "probability": 0.9,
                "words": [{"start": 0.0, "end": 0.5, "word": " Bonjour", "probability": 0.8}],
            },
            {"start": 1.5, "end": 4.0, "text": "à bientôt", "probability": 0.7, "words": []},
        ],
    }


def test_a_transcript_is_written_as_its_segments_come() -> None:
    segments = iter(SEGMENTS)
    pieces = transcripts.written("fr", 4.0, segments)
    begun = next(pieces) + next(pieces)
    assert list(segments) == [SEGMENTS[1]], "it would wait for the last one"
    assert begun.endswith('"words":[{"start":0.0,"end":0.5,"word":" Bonjour","probability":0.8}]}')
    nothing = {"language": "fr", "duration": 4.0, "segments": [], "text": ""}
    assert json.loads(SILENCE) == nothing


def test_captions_and_text() -> None:
    assert rendered(DOCUMENT, "transcription", "txt").content == "Bonjour <vous> & moi\nà bientôt\n"
    assert rendered(DOCUMENT, "transcription", "srt").content == (
        "1\n00:00:00,000 --> 00:00:01,500\nBonjour <vous> & moi\n\n"
        "2\n00:00:01,500 --> 00:00:04,000\nà bientôt\n\n"
    )
    assert rendered(DOCUMENT, "transcription", "vtt").content == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nBonjour &lt;vous&gt; &amp; moi\n\n"
        "00:00:01.500 --> 00:00:04.000\nà bientôt\n\n"
    )


class Counting(io.BytesIO):
    """Knows the largest piece that was read at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.most = max(self.most, len(found))
        return found


@pytest.mark.parametrize("form", ["txt", "srt", "vtt"])
def test_texts_are_written_from_pieces_of_the_result(form: ResultFormat) -> None:
    words = tuple(Word(start=0.0, end=1.0, word=" x" * 50, probability=1.0) for _ in range(100))
    segment = Segment(start=0.0, end=1.0, text="Bonjour", probability=0.9, words=words)
    document = "".join(transcripts.written("fr", 4.0, [segment] * 200)).encode()
    file = Counting(document)
    content = transcripts.render(file, "transcription", form).content
    assert content.count("Bonjour") == 200
    assert file.most < len(document) / 20


def test_what_the_glossary_made_is_kept_apart_from_what_was_heard() -> None:
    terms = prepare([GlossaryEntry(term="BIENTÔT", replacement="demain")])
    segments = transcripts.edited(SEGMENTS, terms)
    document = "".join(transcripts.written("fr", 4.0, segments)).encode()
    written = json.loads(rendered(document, "transcription", "json").content)
    raw_json = rendered(document, "transcription", "json", glossary=False).content
    assert json.loads(raw_json) == written
    assert written["text"] == "Bonjour <vous> & moi à bientôt"
    assert written["edited_text"] == "Bonjour <vous> & moi à demain"
    untouched, changed = written["segments"]
    assert untouched == json.loads(DOCUMENT)["segments"][0]
    assert changed["text"] == "à bientôt"
    assert changed["edited"] == {
        "text": "à demain",
        "replacements": [{"offset": 2, "length": 7, "replacement": "demain"}],
    }
    forms: list[ResultFormat] = ["txt", "srt", "vtt"]
    for form in forms:
        shown = rendered(document, "transcription", form).content
        raw = rendered(document, "transcription", form, glossary=False).content
        assert raw == rendered(DOCUMENT, "transcription", form).content
        assert shown == raw.replace("bientôt", "demain")


def test_an_alignment_as_json_and_as_captions() -> None:
    document = ALIGNED.model_dump_json().encode()
    assert json.loads(rendered(document, "alignment", "json").content) == {
        "language": "fr",
        "duration": 4.0,
        "cues": [
            {
                "start": 0.5,
                "end": 1.5,
                "text": "Bonjour\u00a0!",
                "confidence": 0.8,
                "matched": True,
                "words": [{"start": 0.5, "end": 1.5, "text": "Bonjour", "confidence": 0.8}],
            },
            {
                "start": 1.5,
                "end": 2.0,
                "text": "A --> B",
                "confidence": 0.0,
                "matched": False,
                "words": [],
            },
        ],
        "unmatched_audio": [[2.0, 3.5]],
    }
    assert rendered(document, "alignment", "vtt").content == (
        "WEBVTT\n\n"
        "00:00:00.500 --> 00:00:01.500\nBonjour\u00a0!\n\n"
        "NOTE not found in the audio\n\n00:00:01.500 --> 00:00:02.000\nA --&gt; B\n\n"
        "NOTE speech without text from 00:00:02.000 to 00:00:03.500\n\n"
    )
    assert rendered(document, "alignment", "srt").content.startswith(
        "1\n00:00:00,500 --> 00:00:01,500\nBonjour\u00a0!\n\n2\n"
    )


def test_notes_of_captions_are_no_cues() -> None:
    before = ALIGNED.model_copy(update={"unmatched_audio": ((0.0, 0.4), (1.5, 3.5))})
    document = before.model_dump_json().encode()
    written = rendered(document, "alignment", "vtt").content
    parsed = parse_transcript("talk.vtt", written.encode())
    assert parsed.cues == (Cue(0.5, 1.5, "Bonjour !"), Cue(1.5, 2.0, "A --> B"))
    notes = [line for line in written.splitlines() if line.startswith("NOTE")]
    assert notes == [
        "NOTE speech without text from 00:00:00.000 to 00:00:00.400",
        "NOTE not found in the audio",
        "NOTE speech without text from 00:00:01.500 to 00:00:03.500",
    ]


@pytest.mark.parametrize("text", ["", " \n\t\u2028", "a\x00b", "\x1b[0m"])
def test_refused_transcripts(text: str) -> None:
    with pytest.raises(ArgotError) as refusal:
        transcripts.check_transcript(text)
    assert refusal.value.code == "invalid-request"
    assert refusal.value.errors[0]["field"] == "transcript"


def test_a_file_without_speech_has_an_empty_transcript() -> None:
    assert rendered(SILENCE, "transcription", "txt").content == ""
    assert rendered(SILENCE, "transcription", "vtt").content == "WEBVTT\n\n"
    assert json.loads(rendered(SILENCE, "transcription", "json").content)["text"] == ""


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("a.srt", 1, "unsupported-file-type"),
        ("a.jsonl", 1, "unsupported-file-type"),
        ("a.exe", 1, "unsupported-file-type"),
        ("wav", 1, "unsupported-file-type"),
        ("a.wav", 0, "invalid-request"),
        ("a.wav", -1, "invalid-request"),
        ("a.wav", MAX_FILE_SIZE + 1, "file-too-large"),
        ("nul\x00.wav", 1, "invalid-request"),
        ("a" * 252 + ".wav", 1, "invalid-request"),
        ("", 1, "invalid-request"),
    ],
)
def test_refused_files(name: str, size: int, code: str) -> None:
    with pytest.raises(ArgotError) as refusal:
        transcripts.check_file(name, size)
    assert refusal.value.code == code


@pytest.mark.parametrize("name", ["a.wav", "Ma réunion (1).MP3", "talk.mkv", "a.mp4", "a.flac"])
def test_audio_and_video_are_taken(name: str) -> None:
    transcripts.check_file(name, MAX_FILE_SIZE)


def test_cantonese_is_heard_as_chinese_by_older_models() -> None:
    assert transcripts.spoken_language("yue", {"yue", "zh"}.__contains__) == "yue"
    assert transcripts.spoken_language("yue", {"zh", "fr"}.__contains__) == "zh"
    with pytest.raises(TranscriptionFault) as fault:
        transcripts.spoken_language("fr", {"en"}.__contains__)
    assert (fault.value.code, fault.value.final) == ("language-not-supported", True)
