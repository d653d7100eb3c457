"""Every error the program raises on purpose, in one tree.

    LikenessError                     exit 1   HTTP 500
    ├── InputError                    exit 2   HTTP 400   what was given cannot be used
    │   ├── UnknownFormat             exit 2   HTTP 415
    │   ├── UnsafeInput               exit 2   HTTP 413   over a limit, or built to exhaust the machine
    │   └── PoorRecording             exit 2   HTTP 422   a recording that would ruin the voice
    ├── NotFound                      exit 3   HTTP 404   no such person, voice, dataset …
    ├── NotReady                      exit 4   HTTP 409   a step that must come first has not been taken
    │   ├── TooFewExamples            exit 4   HTTP 409
    │   └── OwnerUnknown              exit 4   HTTP 409
    ├── EngineMissing                 exit 5   HTTP 503   the engine asked for cannot run here
    ├── HomeUnavailable               exit 6   HTTP 503   the disk that holds the data is not there
    ├── Refused                       exit 7   HTTP 403   a foreign caller, or an act that is not allowed
    │   ├── KeyNeeded                 exit 7   HTTP 401   no key, or a wrong one
    │   └── TooManyTries              exit 7   HTTP 429   too many wrong keys in a short time
    ├── EngineFailed                  exit 8   HTTP 500   an engine's process died, hung or raised what is not ours
    ├── Busy                          exit 9   HTTP 503   everything that could do it is taken; try again
    ├── DoesNotFit                    exit 10  HTTP 503   more memory than the limit allows
    └── Interrupted                   exit 130 HTTP 503   stopped by the user; what was done is kept

Each class carries its process exit code, its HTTP status and a ``code`` for programs; each instance carries a
``hint`` that says what to do next. Surfaces have one handler each and never match on message text.
"""

from __future__ import annotations


class LikenessError(Exception):
    """Root of the tree. ``str(error)`` says what happened and where; ``hint`` says what to do."""

    exit_code: int = 1
    http_status: int = 500
    code: str = "internal_error"

    def __init__(self, message: str, *, hint: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.param = param
        """Name of the argument or field at fault, where there is one."""


class InputError(LikenessError):
    """What was given cannot be used."""

    exit_code = 2
    http_status = 400
    code = "invalid_input"


class UnknownFormat(InputError):
    """No source or decoder recognises the file."""

    http_status = 415
    code = "unknown_format"


class UnsafeInput(InputError):
    """The input is over a limit, or decodes to far more than it claims."""

    http_status = 413
    code = "over_limit"


class PoorRecording(InputError):
    """A recording that would ruin the voice (rate, clipping, noise, reverberation, silence, length)."""

    http_status = 422
    code = "poor_recording"


class NotFound(LikenessError):
    """The named person, voice, dataset or model does not exist."""

    exit_code = 3
    http_status = 404
    code = "not_found"


class NotReady(LikenessError):
    """A step that must come first has not been taken."""

    exit_code = 4
    http_status = 409
    code = "not_ready"


class TooFewExamples(NotReady):
    """A dataset below the minimum; overridable by the caller."""

    code = "too_few_examples"


class OwnerUnknown(NotReady):
    """The archive does not say which sender is the owner, and nobody has confirmed one."""

    code = "owner_unknown"


class EngineMissing(LikenessError):
    """The engine asked for is unknown, or a library or model it needs is not installed."""

    exit_code = 5
    http_status = 503
    code = "engine_missing"


class HomeUnavailable(LikenessError):
    """The disk or folder that holds the person's data is not there."""

    exit_code = 6
    http_status = 503
    code = "home_unavailable"


class Refused(LikenessError):
    """A foreign caller, or an act that is not allowed."""

    exit_code = 7
    http_status = 403
    code = "refused"


class KeyNeeded(Refused):
    """The gateway was called without its key, or with a wrong one."""

    http_status = 401
    code = "invalid_api_key"


class TooManyTries(Refused):
    """Too many wrong keys in a short time."""

    http_status = 429
    code = "rate_limit_exceeded"


class EngineFailed(LikenessError):
    """The process that holds an engine died, overran its deadline, or raised an error that is not in this tree."""

    exit_code = 8
    code = "engine_failed"


class Busy(LikenessError):
    """Everything that could do the work is taken. The same request can succeed later."""

    exit_code = 9
    http_status = 503
    code = "busy"


class DoesNotFit(LikenessError):
    """Loading the engine would take more memory than the limit that all engines share."""

    exit_code = 10
    http_status = 503
    code = "does_not_fit"


class Interrupted(LikenessError):
    """Stopped by the user. What was done so far is kept, and the same command continues it."""

    exit_code = 130
    http_status = 503
    code = "interrupted"


def first_line(error: BaseException) -> str:
    """The first line of what a library's ``error`` says, and its class where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
