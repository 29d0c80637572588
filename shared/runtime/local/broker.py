"""A private RabbitMQ from Debian's package: own node, ports, data, cookie and port mapper."""

import os
import secrets
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

from shared.runtime.local.credentials import kept_secret
from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process, find_program

REMEDY = "apt-get install rabbitmq-server"
# The wrappers on PATH change the user when root runs them; these are the scripts behind them.
SCRIPTS = Path("/usr/lib/rabbitmq/bin")
START_TIMEOUT_S = 120.0
STOP_GRACE_S = 15.0
ERLANG_ARGUMENTS = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +sbwt none"


@dataclass(frozen=True)
class BrokerAddress:
    """Where a running broker is, enough to use it from another process."""

    port: int
    user: str
    password: str
    node: str
    epmd_port: int
    home: str

    def amqp_url(self, vhost: str = "/") -> str:
        """For one virtual host; the password is in it."""
        return f"amqp://{self.user}:{self.password}@127.0.0.1:{self.port}/{quote(vhost, safe='')}"

    def create_vhost(self, name: str) -> str:
        """The AMQP URL of a new virtual host. About 0.1 s, where `rabbitmqctl` takes 1 s."""
        self._call(f'rabbit_vhost:add(<<"{name}">>, <<"{self.user}">>)')
        full = '<<".*">>'
        self._call(
            f'rabbit_auth_backend_internal:set_permissions(<<"{self.user}">>, <<"{name}">>,'
            f" {full}, {full}, {full}, <<>>)"
        )
        return self.amqp_url(name)

    def _call(self, expression: str) -> None:
        env = {**os.environ, "HOME": self.home, "ERL_EPMD_PORT": str(self.epmd_port)}
        # The broker refuses a second client of one name; `-r` draws the same one within a second.
        name = f"c{secrets.token_hex(8)}"
        answer = subprocess.run(
            ["erl_call", "-h", name, "-sname", self.node, "-timeout", "30", "-e"],
            input=f"{expression}.\n",
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode or not answer.stdout.startswith("{ok, ok"):
            raise RuntimeError(f"the broker refused {expression}: {answer.stdout}{answer.stderr}")


class Broker:
    """RabbitMQ on 127.0.0.1 with its data in `folder`, which outlives it.

    `stop` and `kill` keep the port, so that a later `start` is a broker restart to its clients;
    `close` gives it back.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._ports = Ports()
        self._port, self._dist_port, self._epmd_port = (self._ports.take() for _ in range(3))
        self._password = kept_secret(self._folder / "password")
        self._node = f"argot-{kept_secret(self._folder / 'node', 6)}@localhost"
        self._server = Process(
            "rabbitmq-server",
            [find_program("rabbitmq-server", REMEDY, [SCRIPTS])],
            log=self._folder / "server.log",
            env=self._environment(),
            cwd=self._folder,
        )
        # In the foreground, as our child: the daemon that Erlang would start outlives it.
        self._epmd = Process(
            "epmd",
            [find_program("epmd", REMEDY), "-port", str(self._epmd_port), "-address", "127.0.0.1"],
            log=self._folder / "epmd.log",
            env=self._environment(),
            cwd=self._folder,
        )

    @property
    def address(self) -> BrokerAddress:
        """Valid from the construction to `close`."""
        return BrokerAddress(
            port=self._port,
            user="argot",
            password=self._password,
            node=self._node,
            epmd_port=self._epmd_port,
            home=str(self._folder),
        )

    @property
    def amqp_url(self) -> str:
        """Of the default virtual host."""
        return self.address.amqp_url()

    @property
    def pid(self) -> int | None:
        """Of the server, which is no wrapper script."""
        return self._server.pid

    @property
    def running(self) -> bool:
        """Whether the server's process is there."""
        return self._server.running

    def start(self) -> None:
        """Return when clients can connect, in 3 to 8 s."""
        (self._folder / "enabled_plugins").write_text("[].\n")
        (self._folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.local = 127.0.0.1:{self._port}\n"
            f"default_user = argot\ndefault_pass = {self._password}\n"
            "log.console.level = warning\nlog.file = false\nlog.console = true\n"
            # The disk of a laptop or a build machine is often nearly full.
            "disk_free_limit.absolute = 50MB\n"
            # As where Argot is installed; `outbox.MAX_BYTES` is under it.
            "max_message_size = 134217728\n"
        )
        (self._folder / "rabbitmq.conf").chmod(0o600)
        if not self._epmd.running:
            self._epmd.start()
            self._epmd.wait_until(lambda: _accepts(self._epmd_port), START_TIMEOUT_S)
        self._server.start()
        self._server.wait_until(self._speaks_amqp, START_TIMEOUT_S)

    def stop(self) -> None:
        """End it in order: what clients got confirmed is on disk."""
        self._server.stop(STOP_GRACE_S)
        self._epmd.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._server.kill()
        self._epmd.kill()

    def close(self) -> None:
        """Stop, and give the ports back."""
        self.stop()
        self._ports.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("RABBITMQ_", "ERL_"))}
        folder = str(self._folder)
        return inherited | {
            "HOME": folder,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_ARGUMENTS,
            # The script then becomes the server, instead of a shell that waits for it: signals,
            # and the parent's death, reach the server itself.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _speaks_amqp(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
