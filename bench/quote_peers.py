"""Quote strippers from PyPI, in whatever interpreter has them: ``python quote_peers.py CASES OUT``.

``CASES`` is a JSON list of ``{"body": …, "html": …}``, ``OUT`` becomes ``{library: {"texts": [str | null, …],
"seconds": …, "failed": …}}``; a text is ``null`` where the library does not take the kind of mail, fails, or needs more
than ten seconds. It stands alone: the bench runs it with the interpreter named in LIKENESS_BENCH_PYTHON, because the
product needs none of these.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

Strip = Callable[[str, bool], "str | None"]
_LIMIT_SECONDS = 10


def unquotemail() -> Strip:
    from unquotemail import Unquote

    def strip(body: str, html: bool) -> str | None:
        found = Unquote(body if html else None, None if html else body)
        return str(found.get_html() if html else found.get_text())

    return strip


def talon() -> Strip:
    import talon as library
    from talon import quotations

    library.init()
    return lambda body, html: str(quotations.extract_from_html(body) if html else quotations.extract_from_plain(body))


def talon_signature() -> Strip:
    from talon.signature.bruteforce import extract_signature

    quotes = talon()

    def strip(body: str, html: bool) -> str | None:
        return None if html else str(extract_signature(quotes(body, html))[0])

    return strip


def quotequail() -> Strip:
    import quotequail as library

    def strip(body: str, html: bool) -> str | None:
        parts = library.quote_html(body, quote_intro_line=True) if html else library.quote(body, quote_intro_line=True)
        return "\n".join(text for own, text in parts if own)

    return strip


def mail_parser_reply() -> Strip:
    from mailparser_reply import EmailReplyParser

    languages = ["en", "de", "fr", "it", "nl", "pl", "sv", "cs", "es", "ja", "ko", "zh", "da"]

    def strip(body: str, html: bool) -> str | None:
        return None if html else str(_parser(EmailReplyParser, languages).parse_reply(text=body))

    return strip


def _parser(kind: type, languages: list[str]) -> object:
    from mailparser_reply import constants

    known = getattr(constants, "MAIL_LANGUAGES", None) or languages
    return kind(languages=[language for language in languages if language in known])


def email_reply_parser() -> Strip:
    from email_reply_parser import EmailReplyParser

    return lambda body, html: None if html else str(EmailReplyParser.parse_reply(body))


LIBRARIES = {
    "unquotemail": unquotemail,
    "talon": talon,
    "talon + signature": talon_signature,
    "quotequail": quotequail,
    "mail-parser-reply": mail_parser_reply,
    "email-reply-parser": email_reply_parser,
}


def _too_long(number: int, frame: FrameType | None) -> None:
    raise TimeoutError


def main() -> None:
    cases = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    signal.signal(signal.SIGALRM, _too_long)
    out = {}
    for name, load in LIBRARIES.items():
        try:
            strip = load()
        except ImportError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        texts: list[str | None] = []
        failed = 0
        began = time.process_time()
        for case in cases:
            signal.alarm(_LIMIT_SECONDS)
            try:
                texts.append(strip(case["body"], case["html"]))
            except Exception:  # whatever a library raises on a mail counts as no answer
                failed += 1
                texts.append(None)
            finally:
                signal.alarm(0)
        out[name] = {"texts": texts, "seconds": time.process_time() - began, "failed": failed}
    Path(sys.argv[2]).write_text(json.dumps(out), encoding="utf-8")


if __name__ == "__main__":
    main()
