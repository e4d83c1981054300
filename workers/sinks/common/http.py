"""HTTP for sinks: one session, deadlines, and failed answers as ``Retry``, ``Skip`` or ``Fatal``."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from specs.errors import Fatal, Retry, Skip
from specs.recipe.allow_list import mask
from workers.sinks.common.config import HttpSettings

ANSWER_BYTES = 4_000_000
"""Most bytes of an answer that are read."""
EXCERPT_CHARACTERS = 300
"""Most characters of an answer that a message quotes."""
CONNECT_SECONDS = 10.0
"""Most seconds to wait for a connection."""
AWAY = frozenset({408, 425, 429})
"""Status codes below 500 after which the request is tried again."""
CONTENTS = frozenset({400, 413, 422})
"""Status codes that refuse the contents of a request, and not its sender."""


class Answer(NamedTuple):
    status: int
    body: bytes


class Http:
    """Sends requests below ``url``. ``secrets`` never appear in a message, even when the server echoes one.

    Redirects are not followed, because they would send the secrets to another server. Raises ``Fatal`` when the file of
    certificates cannot be read.
    """

    def __init__(
        self, config: HttpSettings, url: str, *, headers: Mapping[str, str], secrets: Iterable[str] = ()
    ) -> None:
        self._url, self._timeout = url.rstrip("/"), config.timeout
        parts = urlsplit(url)
        self.where = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        given = {name: value.get_secret_value() for name, value in config.headers.items()}
        self._secrets = sorted(_pieces([*given.values(), *secrets]), key=len, reverse=True)
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": "headrace", "Accept": "application/json"})
        self._session.headers.update({**headers, **given})
        self._session.auth = _as_it_is  # without it, ``requests`` replaces our Authorization by one from a .netrc
        if config.ca_file and not os.access(config.ca_file, os.R_OK):
            raise Fatal("the certificates cannot be read", config.ca_file, "see the sink's ca_file", reason="sink")
        self._session.verify = config.ca_file or True
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))

    def send(
        self, method: str, path: str = "", body: bytes | None = None, *, headers: Mapping[str, str] | None = None,
        fine: Collection[int] = (), contents: Collection[int] = CONTENTS,
    ) -> Answer:  # fmt: skip
        """Send one request; returns the answer if its status is a 2xx or one of ``fine``.

        Raises ``Retry`` when the server is unreachable, late, failing or throttles (``delay`` as it asked), ``Skip``
        for the statuses in ``contents``, and ``Fatal`` for all others: redirects, refused credentials, a wrong path.
        """
        try:
            with self._session.request(
                method, self._url + path, data=body, headers=dict(headers or {}), stream=True, allow_redirects=False,
                timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
            ) as response:  # fmt: skip
                answer = Answer(response.status_code, self._read(response))
                after = response.headers.get("Retry-After")
        except requests.exceptions.SSLError:
            remedy = "see the certificate and the sink's ca_file"
            raise Fatal("no secure connection", self.where, remedy, reason="sink") from None
        except requests.Timeout:
            raise Retry(f"no answer within {self._timeout:g} s", self.where, reason="timeout") from None
        except requests.exceptions.InvalidHeader:
            raise Fatal("a header holds what headers cannot", self.where, "see headers", reason="sink") from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
            raise Fatal("the URL cannot be used", self.where, "see url", reason="sink") from None
        except OSError as error:  # a connection that broke in the middle is one too
            what = "cannot connect" if isinstance(error, requests.ConnectionError) else "the connection broke off"
            raise Retry(what, self.where, reason="connection") from None
        if 200 <= answer.status < 300 or answer.status in fine:
            return answer
        self._refuse(answer, after, contents)
        raise AssertionError("unreachable")

    def _refuse(self, answer: Answer, after: str | None, contents: Collection[int]) -> None:
        what = f"answers {answer.status}: {self.excerpt(answer.body)}".rstrip(": ")
        if answer.status in AWAY or answer.status >= 500:
            raise Retry(what, self.where, reason="sink", delay=_seconds(after))
        if answer.status in contents:
            raise Skip(what, self.where, reason="refused")
        remedy = {401: "see the sink's token or headers", 403: "see what its token may do"}.get(answer.status)
        if 300 <= answer.status < 400:
            remedy = "redirects are not followed: write the URL that it leads to"
        raise Fatal(what, self.where, remedy or "see the sink's url", reason="sink")

    def _read(self, response: requests.Response) -> bytes:
        """The body, up to ``ANSWER_BYTES`` bytes. One deadline holds for all of it, however slowly the server sends."""
        end = time.monotonic() + self._timeout
        found = bytearray()
        try:
            while len(found) < ANSWER_BYTES:
                piece = response.raw.read1(65536, decode_content=True)  # returns what has arrived and waits for no more
                if not piece:
                    break
                found += piece
                if time.monotonic() > end:
                    raise requests.Timeout
        except urllib3.exceptions.TimeoutError:
            raise requests.Timeout from None
        except urllib3.exceptions.HTTPError as error:
            raise requests.ConnectionError(type(error).__name__) from None
        return bytes(found)

    def excerpt(self, body: bytes) -> str:
        """The beginning of an answer for a message: on one line, and without our secrets."""
        text = body[: 4 * EXCERPT_CHARACTERS + 4096].decode("utf-8", "replace")
        text = mask(text, self._secrets)
        return re.sub(r"[\x00-\x20\x7f]+", " ", text).strip()[:EXCERPT_CHARACTERS]

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _pieces(values: Iterable[str]) -> set[str]:
    """The secrets in all spellings in which a server may echo them: whole, without the scheme (``Bearer``),
    percent-encoded and decoded."""
    found = {piece for value in values for piece in (value, value.rpartition(" ")[2]) if len(piece) >= 4}
    return found | {quote(piece, safe="") for piece in found} | {unquote(piece) for piece in found}


def _seconds(after: str | None) -> float | None:
    """``Retry-After`` in seconds: a number, or a date."""
    if not after:
        return None
    try:
        found = float(after)
    except ValueError:
        try:
            at = parsedate_to_datetime(after)
        except ValueError:
            return None
        found = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - time.time()
    return max(0.0, found) if math.isfinite(found) else None
