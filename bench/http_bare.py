"""The rival of `bench.http`: stock nameko, `http_bare echo|front PORT AMQP_URL`."""

if __name__ == "__main__":
    from shared.runtime.service import launcher  # noqa: F401 (makes the process green)

import json
import sys

from nameko.rpc import RpcProxy, rpc
from nameko.runners import ServiceRunner
from nameko.web.handlers import http

MODEL = {"id": "0" * 36, "text": "x" * 350}


class Echo:
    """Answers with a constant of a model's size."""

    name = "echo"

    @rpc  # type: ignore[untyped-decorator]
    def echo(self, _question: dict[str, str]) -> dict[str, str]:
        """The constant."""
        return MODEL


class Front:
    """One HTTP route over one call."""

    name = "front"
    echo = RpcProxy("echo")

    @http("GET", "/echo")  # type: ignore[untyped-decorator]
    def get(self, _request: object) -> str:
        """What the echo says."""
        return json.dumps(self.echo.echo({"id": "0" * 36}))


if __name__ == "__main__":
    role, port, amqp_url = sys.argv[1:4]
    runner = ServiceRunner({"AMQP_URI": amqp_url, "WEB_SERVER_ADDRESS": f"127.0.0.1:{port}"})
    runner.add_service(Echo if role == "echo" else Front)
    runner.start()
    print("ready", flush=True)
    runner.wait()
