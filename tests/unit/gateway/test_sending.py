"""Where signed bytes go."""

import pytest

from services.gateway.sending import inside

SIGNED = "https://storage.example.org/argot/a%20b?partNumber=1&X-Amz-Signature=a%2Fb"


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        (None, SIGNED),
        (
            "http://storage:8333",
            SIGNED.replace("https://storage.example.org", "http://storage:8333"),
        ),
        ("https://storage.data/", SIGNED.replace("storage.example.org", "storage.data")),
    ],
)
def test_the_signed_host_is_named_wherever_storage_is(endpoint: str | None, address: str) -> None:
    assert inside(SIGNED, endpoint) == (address, "storage.example.org")


def test_a_port_is_part_of_the_host() -> None:
    assert inside("http://localhost:8333/x", "http://storage:1")[1] == "localhost:8333"
