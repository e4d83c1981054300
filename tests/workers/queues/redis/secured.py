"""A Redis with the users of ``deploy/redis.acl``, and one that speaks TLS to holders of a certificate only."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import redis

from tests.patience import PATIENCE
from tests.servers.process import private_folder
from tests.servers.redis import RedisServer
from tests.workers.queues.redis.flavours import ROOT, program

ACL = ROOT / "deploy" / "redis.acl"
ADMIN = "user admin on >admin ~* &* +@all\n"


class Users:
    """A server that knows the users of ``deploy/redis.acl`` (each one's password is its name), and an admin."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server

    def url(self, user: str) -> str:
        return f"redis://{user}:{user}@127.0.0.1:{self.server.port}/0"

    def refused(self) -> list[str]:
        """What was refused so far, as ``user command``."""
        with redis.Redis.from_url(self.url("admin")) as client:
            return [f"{each['username']} {each['object']}" for each in client.acl_log()]

    def roles(self) -> set[str]:
        with redis.Redis.from_url(self.url("admin")) as client:
            return set(client.acl_users()) - {"admin", "default"}


@contextmanager
def with_users(flavour: str) -> Iterator[Users]:
    binary = program(flavour)
    folder = private_folder("hr-acl-", None)
    folder.chmod(0o755)
    file = folder / "users.acl"
    lines = ACL.read_text(encoding="utf-8").splitlines()
    file.write_text("".join(f"{line.replace('PASSWORD', line.split()[1])}\n" for line in lines) + ADMIN)
    try:
        server = RedisServer(binary, "--aclfile", str(file))
        try:
            yield Users(server)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Encrypted(RedisServer):
    """Listens with TLS only, and asks for a certificate. ``certificates`` holds ca, redis, client and other."""

    def __init__(self, binary: Path, certificates: Path) -> None:
        self.certificates = certificates
        server = certificates / "redis"
        super().__init__(
            binary, "--port", "0", "--tls-cert-file", f"{server}.crt", "--tls-key-file", f"{server}.key",
            "--tls-ca-cert-file", str(certificates / "ca.crt"), "--tls-auth-clients", "yes",
        )  # fmt: skip

    def start(self) -> None:
        self._options = (*self._options, "--tls-port", str(self.port))
        self.url = f"rediss://127.0.0.1:{self.port}/0"
        super().start()

    def client(self) -> redis.Redis:
        folder = quote(str(self.certificates))
        files = f"ssl_ca_certs={folder}/ca.crt&ssl_certfile={folder}/client.crt&ssl_keyfile={folder}/client.key"
        return redis.Redis.from_url(f"{self.url}?{files}", socket_timeout=5)


@contextmanager
def with_tls() -> Iterator[Encrypted]:
    binary = program("redis-7")
    if "libssl" not in subprocess.run(["ldd", binary], capture_output=True, text=True, timeout=PATIENCE).stdout:
        pytest.skip("this redis-7 was built without TLS; Debian's redis-tools has it")
    folder = private_folder("hr-tls-", None)
    folder.chmod(0o755)
    try:
        certify(folder)
        server = Encrypted(binary, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def certify(folder: Path) -> None:
    """``ca`` signs ``redis`` (for 127.0.0.1) and ``client``; ``other`` signs itself. Skips without openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make certificates with")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=PATIENCE)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    for name in ("ca", "other"):
        openssl("req", "-x509", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")
    (folder / "names").write_text("subjectAltName = IP:127.0.0.1")
    for name in ("redis", "client"):
        openssl("req", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-extfile", "names", "-days", "2", "-out", f"{name}.crt",
        )  # fmt: skip
    for path in folder.iterdir():
        path.chmod(0o644)
