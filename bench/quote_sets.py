"""Readers for the fixtures that other projects publish to test the stripping of quotes and signatures.

Every reader takes the root of a checked-out repository and recognises it by its layout alone. What a case expects
comes from the project's own tests or from the files that lie beside its fixtures; nothing of it is kept here.
"""

from __future__ import annotations

import ast
import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Case:
    """One mail. ``expected``: all its author wrote, ``None`` when only ``holds`` and ``lacks`` (patterns) are known."""

    group: str
    name: str
    body: str
    html: bool = False
    expected: str | None = None
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


Reader = Callable[[Path], Iterator[Case]]


def read(roots: list[Path]) -> list[Case]:
    """Every case found below ``roots``. Raises SystemExit for a folder in which no reader finds any."""
    cases: list[Case] = []
    for root in roots:
        found = [case for reader in READERS for case in reader(root)]
        if not found:
            raise SystemExit(f"{root}: no fixtures in a layout known here")
        cases += found
    return cases


def crisp(root: Path) -> Iterator[Case]:
    """crisp-oss/email-reply-parser: test/test.js says what the first fragment is, or that there is only one."""
    script = root / "test" / "test.js"
    if not (script.is_file() and (root / "test/fixtures/email_1.txt").is_file()):
        return
    source = _text(script)
    constants = {name: _js_string(value) for name, value in _JS_CONSTANT.findall(source)}
    for block in re.split(r"\nexport function ", source)[1:]:
        name = _first(r"get_email\(\"([^\"]+)\"\)", block)
        if not name:
            continue
        body = _text(root / "test" / "fixtures" / f"{name}.txt")
        exact = _first(
            r"test\.equal\((.+), (?:fragments\[0\]\.toString\(\)|reply\.fragments\[0\]|email\.getVisibleText|text\))",
            block,
        )
        if exact:
            expected = constants[exact] if exact in constants else _js_string(exact)
            yield Case("crisp", name, body, expected=expected)
        elif re.search(r"test\.equal\(1, (?:email\.)?fragments\.length\)", block):
            yield Case("crisp, all own", name, body, expected=body)
        else:
            holds = tuple(re.findall(r"test\.equal\(true, ?/(.+?)/\.test\(fragments\[0\]", block))
            lacks = tuple(re.findall(r"test\.equal\(true, ?/(.+?)/\.test\(fragments\[1\]", block))
            if holds:
                yield Case("crisp, parts", name, body, holds=holds, lacks=lacks)


def forwards(root: Path) -> Iterator[Case]:
    """crisp-oss/email-forward-parser: forwards of twenty programs and languages, most without a word of their own."""
    script = root / "test" / "index.js"
    if not (script.is_file() and (root / "test/fixtures/apple_mail_en_body.txt").is_file()):
        return
    message = _js_string(_first(r"const MESSAGE\s*= (\".+\");", _text(script)))
    for path in sorted((root / "test" / "fixtures").glob("*_body*.txt")):
        variant = path.stem.partition("_variant_")[2]
        # A mail that is no forward, one with a signature of its own, and the last ones differ in what they expect.
        if variant in {"", "1", "3", "5", "6", "7"}:
            yield Case("forwards", path.stem, _text(path), expected="")
        elif variant == "2":
            yield Case("forwards", path.stem, _text(path), expected=message)


def unquotemail(root: Path) -> Iterator[Case]:
    """getfernand/unquotemail: tests/samples and what its own author expects of them in tests/expecteds."""
    for path in sorted((root / "tests" / "samples").glob("*.*")) if (root / "tests/expecteds").is_dir() else []:
        expected = root / "tests" / "expecteds" / path.name
        if expected.is_file():
            html = path.suffix == ".html"
            yield Case(
                "unquotemail html" if html else "unquotemail", path.stem, _text(path), html,
                plain(_text(expected)) if html else _text(expected),
            )  # fmt: skip


def discourse(root: Path) -> Iterator[Case]:
    """discourse/email_reply_trimmer: test/emails and test/trimmed."""
    for path in sorted((root / "test" / "emails").glob("*.txt")) if (root / "test/trimmed").is_dir() else []:
        yield Case("discourse", path.stem, _text(path), expected=_text(root / "test" / "trimmed" / path.name))


def talon(root: Path) -> Iterator[Case]:
    """mailgun/talon: whole mails, HTML replies, signatures, and the literals in its tests."""
    fixtures = root / "tests" / "fixtures"
    for path in sorted((fixtures / "standard_replies").glob("*.eml")):
        parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        part = parsed.get_body(("plain",))
        answer = path.with_name(f"{path.stem}_reply_text")
        if part is not None:
            expected = _text(answer) if answer.is_file() else "Hello"
            yield Case("talon mails", path.stem, str(part.get_content()), expected=expected)
    for path in sorted((fixtures / "html_replies").glob("*.html")):
        yield Case("talon html", path.stem, _text(path), True, "Hi. I am fine.\n\nThanks,\nAlex")
    for path in sorted((fixtures / "signature" / "emails" / "stripped").glob("*_signature")):
        body, signature = _text(path.with_name(path.name.replace("_signature", "_body"))), _text(path).strip()
        if signature in body:
            yield Case("talon signatures", path.stem, body, expected=body.replace(signature, ""))
    for name in ("text_quotations_test.py", "html_quotations_test.py"):
        if (root / "tests" / name).is_file():
            yield from _talon_literals(root / "tests" / name)


def _talon_literals(path: Path) -> Iterator[Case]:
    for function in _functions(path):
        known = _constants(function)
        for number, call in enumerate(node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if getattr(call.func, "id", "") != "eq_" or len(call.args) != 2:
                continue
            wanted, given = (_unwrapped(argument) for argument in call.args)
            target = given.func if isinstance(given, ast.Call) else None
            verb = getattr(target, "attr", "")
            if not isinstance(given, ast.Call) or verb not in {"extract_from_plain", "extract_from_html"}:
                continue
            expected, body = _value(wanted, known), _value(given.args[0], known)
            if expected is not None and body:
                html = verb.endswith("html")
                yield Case(
                    "talon literals html" if html else "talon literals",
                    f"{function.name}:{number}",
                    body,
                    html,
                    plain(expected) if html else expected,
                )


def reply_parser(root: Path) -> Iterator[Case]:
    """zapier/email-reply-parser and alfonsrv/mail-parser-reply: what their Python tests say of the newest reply."""
    script = root / "test" / "test_email_reply_parser.py"
    if not script.is_file():
        return
    group = "mail-parser-reply" if "mailparser_reply" in _text(script) else "zapier"
    for function in _functions(script):
        names = [
            node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        files = [root / "test/emails" / f"{Path(name).stem}.txt" for name in names if name]
        fixture = next((path for path in files if path.is_file()), None)
        if fixture is not None and function.name.startswith("test_"):
            yield from _asserted(group, function, fixture)


def _asserted(group: str, function: ast.FunctionDef, fixture: Path) -> Iterator[Case]:
    """``holds``/``lacks`` from assertions on the first reply; an equality makes the case exact."""
    holds: list[str] = []
    lacks: list[str] = []
    exact: str | None = None
    body, whole = _text(fixture), False
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or not getattr(call.func, "attr", "").startswith("assert"):
            continue
        text = ast.unparse(call)
        if re.search(r"\(1, len\(\w+\.(?:replies|fragments)\)\)", text):
            whole = group == "zapier"
        where = (
            "first" if re.search(r"(?:replies|fragments)\[0\]\.(?:body|content)|parse_reply\(|\.reply\b", text) else ""
        )
        signed = ".signatures" in text and "replies[0]" in text
        later = re.search(r"(?:replies|fragments)\[[1-9]\]", text)
        value = next((n.value for n in ast.walk(call) if isinstance(n, ast.Constant) and isinstance(n.value, str)), "")
        if not value or "startswith" in text or "re.match" in text:
            continue
        if where and ("==" in text or "assertEqual" in text):
            exact = value
        elif where and ("not in" in text or "NotIn" in text):
            lacks.append(re.escape(value))
        elif where and ".content" in text and group != "zapier":
            continue  # ``content`` there is the reply with its signature
        elif where:
            holds.append(re.escape(value))
        elif (later and " not in " not in text) or signed:
            lacks.append(re.escape(value.lstrip("> ")))
    if exact is not None:
        yield Case(group, function.name, body, expected=exact)
    elif whole:
        yield Case(f"{group}, all own", function.name, body, expected=body)
    elif holds or lacks:
        yield Case(f"{group}, parts", function.name, body, holds=tuple(holds), lacks=tuple(dict.fromkeys(lacks)))


def quotequail(root: Path) -> Iterator[Case]:
    """closeio/quotequail: literals of tests/test_quote.py, test_quote_html.py and test_unwrap.py."""
    folder = root / "tests"
    if not (folder / "test_quote_html.py").is_file():
        return
    for name, html in (("test_quote.py", False), ("test_quote_html.py", True)):
        for number, row in enumerate(_parameters(folder / name)):
            own = "\n".join(part for is_own, part in row[2] if is_own)
            group = "quotequail html" if html else "quotequail"
            yield Case(group, f"{name}:{number}", row[0], html, plain(own) if html else own)
    for number, (text, found) in enumerate(_parameters(folder / "test_unwrap.py")):
        own = text if found is None else f"{found.get('text_top', '')}\n{found.get('text_bottom', '')}"
        yield Case("quotequail unwrap", f"test_unwrap.py:{number}", text, expected=own)


def willdurand(root: Path) -> Iterator[Case]:
    """willdurand/EmailReplyParser: PHP tests that name the first fragment."""
    script = root / "tests/EmailReplyParser/Tests/Parser/EmailParserTest.php"
    if not script.is_file():
        return
    source = _text(script)
    common = _first(r"COMMON_FIRST_FRAGMENT\s*=\s*'((?:[^'\\]|\\.)*)'", source)
    for block in re.split(r"public function ", source)[1:]:
        name = _first(r"getFixtures\('([^']+)'\)", block)
        if not name or "setQuoteHeadersRegex" in block:
            continue
        body = _text(root / "tests" / "Fixtures" / name)
        literal = _first(r"assertEquals\(<<<EMAIL\n(.*?)\nEMAIL\s*, \(string\) \$fragments\[0\]", block)
        if "COMMON_FIRST_FRAGMENT, trim($fragments[0])" in block:
            yield Case("willdurand", name, body, expected=common)
        elif literal:
            yield Case("willdurand", name, body, expected=literal)


READERS: tuple[Reader, ...] = (crisp, forwards, unquotemail, discourse, talon, reply_parser, quotequail, willdurand)

_BLOCK_TAG = re.compile(r"</?(?:p|div|br|tr|table|li|ul|ol|blockquote|h\d|hr|body|html|pre|center)\b[^>]*>", re.I)
_SILENT = re.compile(r"<(style|script|head|title)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_JS_CONSTANT = re.compile(r"const (\w+) = ('(?:[^'\\]|\\.|\\\n)*');", re.S)


def plain(html: str) -> str:
    """The words of ``html``, nothing left out: the same plain reading for every tool's output."""
    from html import unescape

    text = _BLOCK_TAG.sub("\n", _SILENT.sub("", html))
    return unescape(re.sub(r"<[^>]*>", "", text))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.S if "EMAIL" in pattern else 0)
    return found[1] if found else ""


def _js_string(literal: str) -> str:
    return str(ast.literal_eval(literal.strip()))


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.FunctionDef):
            yield node


def _parameters(path: Path) -> Iterator[tuple]:  # type: ignore[type-arg]
    """The rows of the first ``pytest.mark.parametrize`` in a file."""
    for function in _functions(path):
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize"):
                yield from ast.literal_eval(decorator.args[1])
                return


def _constants(function: ast.FunctionDef) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = _value(node.value, known)
            if value is not None:
                known[node.targets[0].id] = value
    return known


def _value(node: ast.expr, known: dict[str, str]) -> str | None:
    node = _unwrapped(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return known.get(node.id) if isinstance(node, ast.Name) else None


def _unwrapped(node: ast.expr) -> ast.expr:
    """The argument of a call that only takes white space away (``RE_WHITESPACE.sub('', x)``, ``x.strip()``)."""
    if isinstance(node, ast.Call):
        verb = getattr(node.func, "attr", "")
        if verb == "sub" and len(node.args) == 2:
            return _unwrapped(node.args[1])
        if verb == "strip" and isinstance(node.func, ast.Attribute):
            return _unwrapped(node.func.value)
    return node
