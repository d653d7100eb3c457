"""Who is let in, what is refused, and in which shape."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from running_gateway import Running, person, running

from likeness.core.errors import Refused
from likeness.core.settings import Settings


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = person(tmp_path_factory.mktemp("home") / "Likeness")
    with running(home, {"LIKENESS_UPLOAD_LIMIT_MB": "12"}) as started:
        yield started


def error_of(response: httpx.Response) -> dict[str, object]:
    """The error object, which has its four keys on every path."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert body["error"]["message"]
    return body["error"]


def raw(gateway: Running, request: bytes) -> bytes:
    """What the gateway answers to bytes that no client library would send."""
    address = urlsplit(gateway.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0", "[::2]"]
)
def test_a_foreign_host_is_refused_even_with_the_key(gateway: Running, host: str) -> None:
    for path in ("/health", "/v1/models", "/docs"):
        with gateway.client(Host=host) as client:
            response = client.get(path)
        assert response.status_code == 403
        assert error_of(response)["type"] == "permission_error"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:1234"])
def test_loopback_names_are_answered(gateway: Running, host: str) -> None:
    with gateway.client(Host=host) as client:
        assert client.get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1", "http://localhost", "null", "file://"]
)
def test_a_foreign_origin_is_refused_and_gets_no_permission(gateway: Running, origin: str) -> None:
    with gateway.client(Origin=origin) as client:
        for response in (
            client.get("/v1/models"),
            client.post("/api/tts/pipeline", json={"prompt": "hello"}),
            client.options("/v1/models", headers={"Access-Control-Request-Method": "POST"}),
        ):
            assert response.status_code == 403
            error_of(response)
            assert "access-control-allow-origin" not in response.headers


def test_its_own_pages_may_call(gateway: Running) -> None:
    with gateway.client(Origin=gateway.url) as client:
        assert client.get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic dTpw", "bearer\twrong", "Bearer " + "x" * 5000]
)
def test_the_key_is_needed_even_on_loopback(tmp_path: Path, gateway: Running, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/v1/models", "/v1/audio/voices", "/api/jobs/1", "/nothing/here"):
        response = httpx.get(gateway.url + path, headers=headers, trust_env=False)
        assert response.status_code in (401, 429)
        error_of(response)


def test_open_paths_need_no_key_and_hold_nothing_personal(gateway: Running) -> None:
    for path in ("/health", "/readyz", "/docs", "/docs/docs.js", "/docs/docs.css", "/openapi.json"):
        response = httpx.get(gateway.url + path, trust_env=False)
        assert response.status_code == 200, path
        assert "quillfeather" not in response.text.casefold(), path


def test_guessing_is_slowed_down_and_the_owner_is_not_shut_out(tmp_path: Path) -> None:
    with running(person(tmp_path / "Likeness")) as gateway:
        statuses = [
            httpx.get(
                f"{gateway.url}/v1/models", headers={"Authorization": f"Bearer guess-{number}"}, trust_env=False
            ).status_code
            for number in range(13)
        ]
        assert statuses == [401] * 10 + [429] * 3
        with gateway.client() as client:
            assert client.get("/v1/models").status_code == 200
        (home := gateway.home.root / "gateway.key").chmod(0o600)
        assert home.stat().st_mode & 0o777 == 0o600
        stored = json.loads((gateway.home.root / "gateway.json").read_text())
        assert stored["key_hash"].startswith("$argon2")
        assert gateway.key not in json.dumps(stored)
        assert gateway.log.count(gateway.key) == 1
    with running(gateway.home) as again:
        assert again.key == gateway.key
        assert again.key not in again.log
        with again.client() as client:
            assert client.get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "Forwarded", "X-Forwarded-Host", "X-Real-IP", "CF-Connecting-IP", "X-Forwarded-Proto"]
)
def test_nobody_vouches_for_a_proxy(gateway: Running, name: str) -> None:
    with gateway.client(**{name: "127.0.0.1"}) as client:
        response = client.get("/v1/models")
    assert response.status_code == 400
    assert error_of(response)["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "name",
    [
        "../me",
        "..%2fme",
        "%2e%2e%2f%2e%2e%2fperson.json",
        "me/../../store.sqlite",
        "/etc/passwd",
        "me%00",
        "é",
    ],
)
def test_ids_are_never_paths(gateway: Running, name: str) -> None:
    with gateway.client() as client:
        for path in (f"/v1/models/{name}", f"/api/jobs/{name}", f"/api/jobs/{name}/events", f"/docs/{name}"):
            response = client.get(path)
            assert response.status_code in (404, 405), (path, response.status_code)
            error_of(response)
        body = {"model": "voice", "input": "hello", "voice": name}
        assert client.post("/v1/audio/speech", json=body).status_code == 404
        response = client.post("/api/tts/lora/generate", json={"text": "hello", "voice": name})
        assert response.status_code in (404, 422)
        error_of(response)


def test_every_refusal_has_the_same_shape(gateway: Running) -> None:
    kind = {"Content-Type": "application/json"}
    with gateway.client() as client:
        table = [
            (client.get("/nothing"), 404),
            (client.get("/"), 404),
            (client.put("/v1/models"), 405),
            (client.delete("/health"), 405),
            (client.get("/v1/chat/completions"), 405),
            (client.get("/v1/models/gpt-4o"), 404),
            (client.post("/v1/chat/completions", json={}), 422),
            (client.post("/v1/chat/completions", content=b"{", headers=kind), 422),
            (client.post("/v1/chat/completions", content=b"[" * 100_000, headers=kind), 0),
            (client.post("/api/tts/pipeline", content=b"[" * 100_000, headers=kind), 400),
            (client.post("/api/tts/pipeline", content=b"x", headers={"Content-Type": "text/plain"}), 415),
            (client.post("/api/tts/pipeline", content=b"x", headers={"Content-Type": "multipart/form-data"}), 400),
            (client.post("/api/tts/pipeline", json={"prompt": ""}), 422),
            (client.post("/api/tts/pipeline", json={"prompt": "x", "fromat": "wav"}), 422),
            (client.post("/api/tts/pipeline", json=["x"]), 400),
            (client.post("/api/voice/upload", json={"name": "x"}), 415),
            (client.post("/v1/audio/speech", json={"model": "tts-1", "input": "x", "voice": "me"}), 404),
            (client.post("/v1/audio/speech", json={"model": "voice", "input": "x", "voice": "alloy"}), 404),
            (client.post("/v1/audio/speech", json={"model": "voice", "input": "x" * 4097, "voice": "me"}), 422),
            (client.post("/v1/audio/speech", content=b'{"input": "\\ud800"}', headers=kind), 422),
            (client.post("/api/tts/pipeline", content=b'{"prompt": "\\ud800"}', headers=kind), 422),
            (client.get("/api/jobs/0123"), 404),
        ]
    for number, (response, status) in enumerate(table):
        assert 400 <= response.status_code < 500, (number, response.text)
        assert status in (0, response.status_code), (number, response.text)
        error_of(response)
    assert table[2][0].headers["allow"]


def test_a_large_body_is_refused_by_its_stated_length_and_while_it_streams(gateway: Running) -> None:
    part = b"x" * 65536

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="audio_sample"; filename="a.wav"\r\n\r\n'
        for _ in range(400):
            yield part

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    with gateway.client() as client:
        for path in ("/api/voice/upload", "/api/tts/pipeline", "/v1/audio/voices"):
            response = client.post(path, content=endless(), headers=headers)
            assert response.status_code == 413
            error_of(response)
        response = client.post("/api/voice/upload", content=b"x" * (13 << 20), headers=headers)
        assert response.status_code == 413
        error_of(response)
        response = client.post(
            "/v1/chat/completions", content=b"[" + b" " * (17 << 20), headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 413
        error_of(response)
        clip = {"audio_sample": ("a.wav", b"x" * (11 << 20), "audio/wav")}
        response = client.post("/api/voice/upload", files=clip, data={"name": "x", "consent": "yes"})
        assert response.status_code == 413
        assert error_of(response)["param"] == "audio_sample"
        assert client.get("/v1/models").status_code == 200


def test_what_is_not_http_is_answered_in_the_same_shape(gateway: Running) -> None:
    head, _, body = raw(gateway, b"NONSENSE\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert set(json.loads(body)["error"]) == {"message", "type", "param", "code"}
    answer = raw(gateway, b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    answer = raw(gateway, b"GET /health HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403")


def test_every_answer_carries_the_headers_that_keep_it_to_itself(gateway: Running) -> None:
    with gateway.client() as client:
        for response in (client.get("/v1/models"), client.get("/docs"), client.get("/nothing"), client.get("/health")):
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["x-frame-options"] == "DENY"
            assert "default-src 'none'" in response.headers["content-security-policy"]
            assert "access-control-allow-origin" not in response.headers
            assert "server" not in response.headers


def test_an_allowed_origin_may_call_and_no_other(tmp_path: Path) -> None:
    home = person(tmp_path / "Likeness")
    with running(home, {"LIKENESS_ALLOWED_ORIGINS": '["https://studio.example"]'}) as gateway:
        with gateway.client(Origin="https://studio.example") as client:
            assert client.get("/v1/models").headers["access-control-allow-origin"] == "https://studio.example"
            asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
            response = httpx.options(
                f"{gateway.url}/v1/models", headers={"Origin": "https://studio.example", **asked}, trust_env=False
            )
            assert response.status_code == 200
        with gateway.client(Origin="https://evil.example") as client:
            assert client.get("/v1/models").status_code == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_it_binds_to_loopback_only(tmp_path: Path, host: str) -> None:
    from likeness.server.run import serve

    with pytest.raises(Refused, match="this machine"):
        serve(person(tmp_path / "Likeness"), Settings(host=host, port=0))


def test_the_log_says_what_happened_and_nothing_of_what_was_said(gateway: Running) -> None:
    with gateway.client() as client:
        client.post("/api/tts/pipeline", json={"prompt": "aubergine parade", "voice": "crocodile"})
        client.get("/nothing/periwinkle")
        client.post("/v1/audio/speech", json={"model": "voice", "voice": "me", "input": "marmalade tomorrow"})
    time.sleep(0.2)
    for word in ("aubergine", "crocodile", "periwinkle", "marmalade", gateway.key[:12]):
        assert word not in gateway.log.partition("request")[2]
    last = gateway.requests()[-1]
    assert last["route"] == "/v1/audio/speech"
    assert set(last) == {"method", "route", "status", "ms", "event", "level", "timestamp"}
