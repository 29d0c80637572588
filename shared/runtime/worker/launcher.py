"""Runs one worker as a process: database, relay, inbox consumer, job loops, health."""

import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from pydantic import SecretStr

from shared.events.contract import Event
from shared.runtime import logging, migrations
from shared.runtime.database import Database
from shared.runtime.health import Health, broker_check
from shared.runtime.relay import Relay
from shared.runtime.worker.consumer import Handler, InboxConsumer

log = structlog.get_logger(__name__)


class Settings(Protocol):
    """What the launcher reads of a worker's settings."""

    @property
    def amqp_url(self) -> SecretStr:
        """The broker."""

    @property
    def database_url(self) -> SecretStr:
        """The service's database."""

    @property
    def log_level(self) -> str:
        """Least level that is logged."""

    @property
    def log_format(self) -> str:
        """`json` or `console`."""

    @property
    def health_host(self) -> str:
        """Where health is served."""

    @property
    def health_port(self) -> int:
        """0 serves none."""


class Loop(Protocol):
    """A thread that works until it is told to stop."""

    def start(self) -> None:
        """Begin."""

    def ask_to_stop(self) -> None:
        """Begin nothing more."""

    def stop(self) -> None:
        """Ask, and wait for the end."""


@dataclass
class Duties:
    """What a worker does: the events that it handles, and its loops."""

    handlers: Mapping[type[Event], Handler] = field(default_factory=dict)
    loops: Sequence[Loop] = ()


class Worker:
    """A process of `service`, whose `database` is open and migrated."""

    def __init__(self, service: str, settings: Settings) -> None:
        logging.configure(f"{service}-worker", settings.log_level, settings.log_format)
        self._service = service
        self._settings = settings
        self._amqp_url = settings.amqp_url.get_secret_value()
        self.health = Health()
        self.database = Database(settings.database_url.get_secret_value())
        self._relay = Relay(self.database, self._amqp_url, service)
        self._stopping = threading.Event()
        migrations.upgrade(service, self.database.engine)

    def run(self, duties: Duties) -> None:
        """Work until SIGTERM, then give back what is in work."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self.health.add("broker", broker_check(self._amqp_url))
        self.health.add("database", self.database.ping)
        self.health.serve(self._settings.health_host, self._settings.health_port)
        self._relay.start()
        consumer = InboxConsumer(self._amqp_url, self._service, duties.handlers)
        if duties.handlers:
            consumer.start()
        for loop in duties.loops:
            loop.start()
        self.health.started = True
        log.info("started")
        self._stopping.wait()
        for loop in duties.loops:
            loop.ask_to_stop()
        for loop in duties.loops:
            loop.stop()
        if duties.handlers:
            consumer.stop()
        self._relay.stop()
        self.database.close()
        log.info("stopped")
