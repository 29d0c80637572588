"""Where a job stands among those that wait."""

from sqlalchemy.orm import Session

from services.transcriber import models
from services.transcriber.domain import turns
from services.transcriber.models import Transcription


def stand_in_line(session: Session, job: Transcription, seconds: int) -> None:
    """At the end of the line that is for so much audio, with a turn of its own."""
    job.line = turns.line_for(seconds)
    ahead = models.last_turn(session, job.organisation_id, job.line)
    job.turn = turns.turn(models.clock(session), ahead, seconds)
