"""Quote marks at the beginning of a line, and telling a mail program's marks from those the author typed."""

from __future__ import annotations

import re
from itertools import pairwise

from likeness.write.clean import greetings
from likeness.write.clean.locales import WROTE

_QUOTE = re.compile(r"\s{0,4}(?:>|»|&gt;)|\s{0,8}[A-Z][A-Za-z]{0,12}>(?=\s|$)|\s{0,2}\|\s(?=\S.{0,200}?\S)")
_MARK = re.compile(r"\s{0,8}(?:[A-Z][A-Za-z]{0,12}(?=>))?(?:>|»|&gt;|\|(?=\s))\s?")
_TYPED = re.compile(r"\s{0,8}>")
_MARKS_ONLY = re.compile(r"[\s>|]{1,80}$")
_ADDRESS_END = re.compile(rf"\s{{0,20}}>\s?(?:{WROTE})?\s?[:：]\s*$", re.I)
_GOES_ON = re.compile(r"[a-zà-ÿ(]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"[^\W\d_].{0,4000}?[.?!…:,;]['\")”»]?\s*$")
_OPERATOR = re.compile(r"<-|[=$\\{}|;`]|\w\(|\)\s*$|(?:^|\s)--?\w|\w/\w|::|\[\d|^\s*[#%$]|<<|&&")
_COMMAND = re.compile(
    r"\s*(?:sudo|cd|ls|ll|git|pip3?|python3?|npm|npx|yarn|make|cat|echo|ssh|scp|docker|curl|wget|apt(?:-get)?|"
    r"brew|grep|"
    r"find|rm|cp|mv|mkdir|chmod|chown|sed|awk|tar|tail|head|less|ps|kill|import|from \S+ import|print|select|def|for|"
    r"if|return|library|data|str|summary|plot)\b",
    re.I,
)
_PROMPT = re.compile(r"\s{0,4}>>>(?:\s|$)")
_LINK_TAIL = re.compile(r"\s*\(?<?https?://\S+\s*>?\s*$")
_WRAPPED = 60


def is_quote(line: str) -> bool:
    """True for a line that carries a quote mark (``>``, ``»``, ``AB>``, a leading bar that is no table)."""
    bare = line.lstrip()
    if bare.startswith(">") and len(line) - len(bare) <= 4:
        return not (bare.rstrip().endswith((":", "：")) and _ADDRESS_END.match(line))
    head = line[:24]
    if not (">" in head or "|" in head or "»" in head or "&gt;" in head) or not _QUOTE.match(line):
        return False
    text = line.strip()
    return not (text.startswith("|") and text.endswith("|")) and not _ADDRESS_END.match(line)


def unquote(line: str) -> str:
    """``line`` without its outermost quote mark."""
    return _MARK.sub("", line, count=1)


def with_broken_ends(lines: list[str], quoted: list[bool]) -> list[bool]:
    """Mark parts of quoted lines that were broken off and left without a quote mark.

    A tail was broken off at a mailer's margin: it stands directly between two quoted lines, is short, and the line
    above it is long, or it is the rest of a link. A head was broken off where an answer was put in: it stands alone
    under a blank line, ends in the middle of a sentence, and the quoted line right below goes on in lower case.
    """
    marked = list(quoted)
    for i, line in enumerate(lines):
        # Marks with nothing behind them ("| >") belong to the quoted lines they stand among.
        if not quoted[i] and line.strip() and _MARKS_ONLY.match(line):
            marked[i] = (i > 0 and marked[i - 1]) or (i + 1 < len(lines) and quoted[i + 1])
    quoted = list(marked)
    for i in range(1, len(lines) - 1):
        tail = lines[i].strip()
        if quoted[i] or not tail or not quoted[i + 1]:
            continue
        if not quoted[i - 1]:
            alone = not lines[i - 1].strip() and len(tail) < 80 and tail[-1] not in ".?!:;)"
            marked[i] = alone and bool(_GOES_ON.match(unquote(lines[i + 1]).lstrip("> ")))
        elif _LINK_TAIL.match(tail) or (" " not in tail and _open(lines[i - 1]) > 0 > _open(tail)):
            marked[i] = True
        else:
            # The break came where the tail's first word would have crossed the margin.
            crossed = len(lines[i - 1].rstrip()) + 1 + len(tail.split(maxsplit=1)[0])
            likely = len(tail) <= 60 if tail[0].islower() else len(tail) <= 40 and not tail.endswith(("?", "!"))
            marked[i] = crossed >= 66 and likely
    return marked


def typed_by_author(lines: list[str], quoted: list[bool], *, answering: bool) -> bool:
    """True when the marked lines look like the author's own: a prompt with code, a poem, a citation.

    ``answering`` says that the mail answers another one: then only code is believed to be theirs. Otherwise whatever
    shows no trace of a mail program's quoting (levels, wrapped lines, greetings, several stretches of prose). To be
    asked only of mails without a reply header.
    """
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if answering and quoted[first]:
        return False
    runs = _runs(lines, quoted)
    if not all(_TYPED.match(line) for run in runs for line in run):
        return False
    inner = [unquote(line) for run in runs for line in run]
    if all(_is_code(line) or _PROMPT.match(line) for run in runs for line in run if unquote(line).strip()):
        return any(line.strip() for line in inner)
    if answering or any(is_quote(line) for line in inner):
        return False
    prose = [run for run in runs if not all(_is_code(line) for line in run)]
    if quoted[first] or len(prose) > 1:
        return False
    texts = [unquote(line).strip() for run in prose for line in run]
    wrapped = any(len(line) >= _WRAPPED and below for line, below in pairwise(texts))
    tight = sum(1 for run in prose for line in run if re.match(r"\s*>\w", line))
    names: frozenset[str] = frozenset()
    spoken = any(greetings.is_greeting(text) or greetings.is_closing(text, names) for text in texts)
    return not wrapped and not spoken and tight * 2 <= len(texts)


def _open(line: str) -> int:
    return line.count("(") - line.count(")")


def _runs(lines: list[str], quoted: list[bool]) -> list[list[str]]:
    runs: list[list[str]] = []
    for i, line in enumerate(lines):
        if quoted[i]:
            if i and quoted[i - 1]:
                runs[-1].append(line)
            else:
                runs.append([line])
    return runs


def _is_code(line: str) -> bool:
    text = unquote(line).strip()
    words = _WORD.findall(text[:400])
    if _COMMAND.match(text) and not text.endswith((".", "?", "!")):
        return True
    if _OPERATOR.search(text[:400]) and not (len(words) > 8 and _SENTENCE.match(text)):
        return True
    return len(words) < 4 and not (words and _SENTENCE.match(text))
