"""ClickHouse over HTTP: ``python -m tests.dialects.clickhouse_server FOLDER`` prints its port; chdb answers.

A process of its own, which is killed: chdb's engine may crash while an interpreter ends.
"""

from __future__ import annotations

import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class ClickhouseServer:
    """Answers on ``port`` of loopback until the process ends."""

    def __init__(self, folder: str) -> None:
        import chdb.session

        self.session: Any = chdb.session.Session(folder)
        self._turn = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Nothing is logged."""

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                given = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
                status, headers, data = server.answer(given, body.decode(), self.headers.get("X-ClickHouse-Format"))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def answer(self, given: dict[str, list[str]], body: str, form: str | None) -> tuple[int, dict[str, str], bytes]:
        sql = "\n".join((*given.get("query", []), body)).strip()
        form = form or given.get("default_format", ["TabSeparated"])[0]
        said = re.search(r"\bFORMAT\s+(\w+)\s*;?\s*$", sql, re.IGNORECASE)
        if said:
            form, sql = said[1], sql[: said.start()]
        parameters = {name.removeprefix("param_"): each[0] for name, each in given.items() if name.startswith("param_")}
        try:
            with self._turn:
                data = self.session.query(sql, form, params=parameters).bytes() if sql else b"Ok.\n"
        except Exception as error:
            code = re.search(r"Code: (\d+)", str(error))
            return 500, {"X-ClickHouse-Exception-Code": code[1] if code else "0"}, str(error).encode()
        return 200, {"X-ClickHouse-Summary": "{}", "X-ClickHouse-Format": form}, data


if __name__ == "__main__":
    print(ClickhouseServer(sys.argv[1]).port, flush=True)  # noqa: T201
    threading.Event().wait()
