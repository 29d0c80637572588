"""A private broker starts, restarts on its port with its data, and leaves nothing behind."""

import time
from pathlib import Path

import pika
import pytest

from shared.runtime.local.broker import Broker, BrokerAddress


def publish(url: str, queue: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.basic_publish(
            "", queue, b"kept", pika.BasicProperties(delivery_mode=2), mandatory=True
        )


def take(url: str, queue: str) -> bytes | None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        body: bytes | None = connection.channel().basic_get(queue, auto_ack=True)[2]
        return body


@pytest.mark.timeout(120)
@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_a_restarted_broker_has_its_port_and_its_confirmed_messages(
    tmp_path: Path, ending: str
) -> None:
    with Broker(tmp_path) as broker:
        url = broker.address.create_vhost("orders")
        publish(url, "inbox")
        if ending == "kill":
            time.sleep(3)  # RabbitMQ 3.10 may lose a quorum queue declared just before a power cut
        getattr(broker, ending)()
        assert not broker.running
        broker.start()
        assert broker.address.amqp_url("orders") == url
        assert take(url, "inbox") == b"kept"


def test_virtual_hosts_are_apart(broker: BrokerAddress, amqp_url: str) -> None:
    other = broker.create_vhost("apart")
    publish(amqp_url, "inbox")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker):
        take(other, "inbox")


def test_a_stranger_is_refused(broker: BrokerAddress) -> None:
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        pika.BlockingConnection(
            pika.URLParameters(f"amqp://guest:guest@127.0.0.1:{broker.port}/%2F")
        )
