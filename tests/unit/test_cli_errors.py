"""What the machine refuses is told in a sentence with a hint; only a bug is called one."""

from __future__ import annotations

import errno

import pytest

from likeness.cli import main


def told(error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and words of a command that ends with ``error``."""

    def command(standalone_mode: bool) -> None:
        raise error

    monkeypatch.setattr(main, "app", command)
    with pytest.raises(SystemExit) as ended:
        main.main()
    return int(str(ended.value.code)), capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 10, "the disk is full"),
        (OSError(errno.EDQUOT, "Quota exceeded", "store.sqlite"), 10, "store.sqlite"),
        (PermissionError(errno.EACCES, "Permission denied", "/out/me.gguf"), 2, "/out/me.gguf: Permission denied"),
        (OSError(errno.EROFS, "Read-only file system", "/out"), 2, "name another place"),
        (ImportError("libgomp.so.1: cannot open", name="torch"), 5, "libgomp.so.1"),
        (ImportError("cannot import name 'x'", name="likeness.core"), 1, "should not have happened: ImportError"),
        (FileNotFoundError(errno.ENOENT, "No such file", "x"), 1, "should not have happened: FileNotFoundError"),
        (ZeroDivisionError(), 1, "LIKENESS_DEBUG=1"),
    ],
)
def test_what_ends_a_command_is_told(
    error: Exception, code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LIKENESS_DEBUG", raising=False)
    found, words = told(error, monkeypatch, capsys)
    assert found == code
    assert says in words
    assert "→" in words


def test_a_debugger_gets_the_error_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LIKENESS_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        told(ZeroDivisionError(), monkeypatch, capsys)
