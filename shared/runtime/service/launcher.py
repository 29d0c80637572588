"""Runs one nameko service as a process. Import this first: it makes the process green."""

import os
import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"  # the C wait would block every greenlet

import eventlet  # noqa: E402

eventlet.monkey_patch()

import importlib  # noqa: E402
import signal  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import structlog  # noqa: E402
from eventlet.event import Event  # noqa: E402
from nameko.constants import AMQP_URI_CONFIG_KEY, MAX_WORKERS_CONFIG_KEY  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402

from shared.runtime import logging  # noqa: E402
from shared.runtime.health import Health, broker_check  # noqa: E402

log = structlog.get_logger(__name__)


def serve(name: str) -> None:
    """Run `services.<name>.service:SERVICE` with its `settings:Settings` until SIGTERM."""
    settings = importlib.import_module(f"services.{name}.settings").Settings()
    logging.configure(name, settings.log_level, settings.log_format)
    run(importlib.import_module(f"services.{name}.service").SERVICE, settings)


def run(service: type, settings: Any, on_ready: Callable[[], None] = lambda: None) -> None:
    """Run a nameko service class until SIGTERM; raises what kills it."""
    amqp_url = settings.amqp_url.get_secret_value()
    health = Health()
    health.add("broker", broker_check(amqp_url))
    runner = ServiceRunner(
        {
            AMQP_URI_CONFIG_KEY: amqp_url,
            MAX_WORKERS_CONFIG_KEY: settings.max_workers,
            "settings": settings,
            "health": health,
        }
    )
    health.serve(settings.health_host, settings.health_port)
    runner.add_service(service)
    runner.start()
    health.started = True
    log.info("started")
    on_ready()
    _wait(runner)
    log.info("stopped")


def _wait(runner: Any) -> None:
    """Until a signal asks for the end, or a container dies of an error, which is raised."""
    ended = Event()

    def ask_to_stop(*_: object) -> None:
        if not ended.ready():
            ended.send(None)

    def watch() -> None:
        try:
            runner.wait()
        except BaseException as error:  # noqa: BLE001 (handed to the main greenlet)
            if not ended.ready():
                ended.send_exception(error)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    eventlet.spawn(watch)
    ended.wait()
    runner.stop()
