"""Connect to the cluster that `--scheduler` names."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nogrow.errors import UsageError
from nogrow.util.background import Background

if TYPE_CHECKING:
    from nogrow.pipeline.cluster import Client

SECONDS_TO_CONNECT = 10.0
# A program that accepts the connection and is no scheduler may keep the client waiting for ever.
_SECONDS_MORE = 5.0
_SECONDS_TO_CLOSE = 2.0


@contextmanager
def connected(address: str) -> "Iterator[Client]":
    """Yield a client of the scheduler at the address.

    Raises `UsageError` without the extra `cluster`, or if no scheduler answers at the address.
    """
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--scheduler needs Dask: pip install 'nogrow[cluster]'") from error
    # Dask logs workers that end and warns of versions; the report says what matters of it.
    logging.disable()
    warnings.simplefilter("ignore")
    client = _client(distributed.Client, address)
    try:
        yield client
    finally:
        with suppress(Exception):
            Background(client.close).result(_SECONDS_TO_CLOSE)


def _client(make: "Callable[..., Client]", address: str) -> "Client":
    begun = Background(lambda: make(address, timeout=SECONDS_TO_CONNECT, set_as_default=False))
    try:
        client: Client = begun.result(SECONDS_TO_CONNECT + _SECONDS_MORE)
    except TimeoutError as error:
        raise UsageError(f"--scheduler: no scheduler answers at {address}") from error
    # Dask raises errors of many kinds, also for addresses of other schemes and for programs that answer.
    except Exception as error:
        detail = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise UsageError(f"--scheduler: cannot connect to {address!r}: {detail}") from error
    return client
