"""HTTP for sinks: one session, deadlines, and answers told apart by what to do next."""

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
from workers.sinks.common.config import HttpConfig

ANSWER_BYTES = 4_000_000
"""Bytes of an answer that are read, at most."""
EXCERPT_CHARACTERS = 300
"""Characters of an answer that a message quotes."""
CONNECT_SECONDS = 10.0
"""Seconds to wait for a connection, at most."""
AWAY = frozenset({408, 425, 429})
"""Answers below 500 that are worth another try."""
CONTENTS = frozenset({400, 413, 422})
"""Answers that refuse what was sent, not who sent it."""


class Answer(NamedTuple):
    status: int
    body: bytes


class Http:
    """Sends requests below ``config.url``. ``secrets`` never show up in a message, even where the other end echoes one.

    Redirects are not followed: they would carry secrets to wherever they lead.
    """

    def __init__(self, config: HttpConfig, *, headers: Mapping[str, str], secrets: Iterable[str] = ()) -> None:
        self._url, self._timeout = config.url.rstrip("/"), config.timeout
        parts = urlsplit(config.url)
        self.where = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        given = {name: value.get_secret_value() for name, value in config.headers.items()}
        self._secrets = sorted(_pieces([*given.values(), *secrets]), key=len, reverse=True)
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": "headrace", "Accept": "application/json"})
        self._session.headers.update({**headers, **given})
        self._session.auth = _as_it_is  # else a .netrc would replace our Authorization
        if config.ca_file and not os.access(config.ca_file, os.R_OK):
            raise Fatal("the certificates cannot be read", config.ca_file, "see the sink's ca_file", reason="sink")
        self._session.verify = config.ca_file or True
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))

    def send(
        self, method: str, path: str = "", body: bytes | None = None, *, headers: Mapping[str, str] | None = None,
        fine: Collection[int] = (), contents: Collection[int] = CONTENTS,
    ) -> Answer:  # fmt: skip
        """One request. Every 2xx is an answer, and so are the ``fine`` ones.

        Raises ``Retry`` (away, throttled; ``delay`` when it said for how long), ``Skip`` for the ``contents`` answers,
        and ``Fatal`` for the rest: redirects, refused credentials, no such place.
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
        except OSError as error:  # what broke off is one too
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
        """The body, up to ``ANSWER_BYTES`` bytes and to the deadline, which a trickle of bytes does not prolong."""
        end = time.monotonic() + self._timeout
        found = bytearray()
        try:
            while len(found) < ANSWER_BYTES:
                piece = response.raw.read1(65536, decode_content=True)  # what is there, not all that was asked for
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
        """The beginning of an answer on one line, without our secrets."""
        text = body[: 4 * EXCERPT_CHARACTERS + 4096].decode("utf-8", "replace")
        text = mask(text, self._secrets)
        return re.sub(r"[\x00-\x20\x7f]+", " ", text).strip()[:EXCERPT_CHARACTERS]

    def close(self) -> None:
        self._session.close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _pieces(values: Iterable[str]) -> set[str]:
    """Secrets as others may echo them: whole, without the scheme (``Bearer``), percent-encoded."""
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
