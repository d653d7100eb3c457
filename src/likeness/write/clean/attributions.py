"""The line above a quote: "On … Ben wrote:" in every language and order, on one line or broken over several."""

from __future__ import annotations

import re

from likeness.write.clean import locales as words

_VERB = rf"(?:{words.WROTE})(?!\w)|(?:{words.WROTE_UNSPACED})"
_WROTE = re.compile(rf"(?:^|[\s,)>\]\"'“”]){_VERB}", re.I)
_WROTE_END = re.compile(
    rf"(?:(?<!\w)(?:{words.WROTE})(?!\w)|(?:{words.WROTE_UNSPACED}))[^.?!]{{0,60}}[:：]\s*>?$", re.I
)
_OPENER = re.compile(rf"\W{{0,8}}(?:{words.OPENER})(?!\w)\.?,?\s", re.I)
_EMAIL = re.compile(
    r"[\w.+=-]{1,64}(?:@| at |\(at\)|\[at\]| _at_ )[\w-]{1,64}\.[\w.-]{0,64}|@[\w.-]{1,64}\.\w{2,10}>", re.I
)
_TIME = r"\b\d{1,2}[:.]\d{2}\b|\d{1,2}\s?[hH]\s?\d{2}\b|\d{1,2}时\d{2}|\d{1,2}時\d{2}"
_DATE = re.compile(
    rf"\b(?:19|20)\d\d\b|\b\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?\d{{2,4}}\b|{_TIME}|"
    rf"\b(?:{words.MONTH})\w*\.?,?\s+\d{{1,2}}\b|\b\d{{1,2}}\.?\s+(?:de\s+|d['’])?(?:{words.MONTH})|\d{{4}}\s?[年년]",
    re.I,
)
_CLOSED = re.compile(r"(?:-{2,}|[>)]\s*wrote|wrote\s*(?:\.{3}|…))\s*$", re.I)
_EARLY_NUMBER = re.compile(r"\W{0,8}(?:[^\s\d]{1,20}\s){0,3}\d{1,4}\b")
_DIGIT = re.compile(r"\d")
_CLOCK = re.compile(_TIME)
_DAY = re.compile(
    rf"\b\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?\d{{2,4}}\b|"
    rf"\b(?:{words.MONTH})\w*\.? \d{{1,2}}\w{{0,2}},? (?:19[89]\d|20\d\d)\b|"
    rf"\b\d{{1,2}}\w{{0,2}}\.? (?:de |of )?(?:{words.MONTH})\w*\.?,?(?: de)? (?:19[89]\d|20\d\d)\b",
    re.I,
)
_LEADING_DATE = re.compile(
    r"\W{0,8}(?:\d{1,2}:\d{2}\b|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}[./-]\s?\d{1,2}[./-]\s?\d{1,2}|"
    r"(?:19|20)\d\d\s?[年년]|\d{1,2}\.? \w{3,12}\.?,? \d{4}|"
    r"\w{2,14}\.?,? \d{1,2}\.? (?:de )?\w{3,12}\.?,?(?: de)? \d{4})"
)
_ENDS = re.compile(
    rf"(?:[:：]\s*>?|\b(?:{words.WROTE})\s*:?\s*-{{2,}}|\b(?:{words.WROTE})\s*(?:\.{{3}}|…)?|(?:{words.WROTE_UNSPACED})\s*|(?:[>)]|"
    rf"\S@\S{{1,60}}))\s*$",
    re.I,
)
_COLON = re.compile(r"[:：]\s*>?\s*$")
# Older Gmail wrote neither verb nor colon: "2013/11/1 Ben Ode <ben@example.org>".
_BARE = re.compile(r"\s{0,4}\d{4}[/-]\d{1,2}[/-]\d{1,2},? [^<>]{1,60}<[^<>\s]{3,80}@[^<>\s]{3,80}>\s*$")
_DASHED = re.compile(rf"\W{{0,4}}-{{2,}}\s.{{2,200}}\s(?:{words.WROTE})\s*:?\s*-{{2,}}\s*$", re.I)
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:(?:I|we|ich|wir|je|nous|yo|io|eu|ik|wij|jag|jeg|minä|ja|я|мы) |j['’])(?:[a-zà-ÿ]+ )?"
    r"(?:wrote|said|say|write|schrieb(?:en)?|ai écrit|écri\w*|escribí|scrissi|escrevi|schreef|skrev|kirjoitin|"
    r"napisałem|писал[аи]?)\b|"
    r"\b(?:habe|hatte) ich .{0,60}geschrieben",
    re.I,
)
_RUN_ON = re.compile(
    rf"(?P<own>.{{0,800}}\S)(?:\s|-{{2,}})\s*(?P<rest>(?:On|Am|Le|El|Il(?: giorno)?|Em|Op|Den|Dne|W dniu) "
    rf".{{0,28}}?\d.{{0,200}}?(?:{words.WROTE})\s?.{{0,60}}[:：]\s*)$"
)
_PRECISE = re.compile(
    rf"{_TIME}|^\w+ (?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|gio|ven|sam|dom|jeu|mo|di|mi|do)", re.I
)
MOST_LINES = 5
_LAST = (":", "：", ">", ")", "--", "...", "…")
_LONGEST = 400


def apart(line: str) -> list[str]:
    """``line``, in two when an attribution follows the author's words on it."""
    if len(line) > 1200 or not line.rstrip().endswith((":", "：")):
        return [line]
    match = _RUN_ON.match(line)
    if not match or line.lstrip().startswith(">") or not (_mailed(match["rest"]) or _PRECISE.search(match["rest"])):
        return [line]
    return [match["own"].rstrip("- "), match["rest"]]


class Attributions:
    """The attributions among ``lines``, of which ``quoted`` carry a quote mark."""

    def __init__(self, lines: list[str], quoted: list[bool]) -> None:
        self._lines, self._quoted = lines, quoted
        self._followed = _followed(lines, quoted)
        self._ends = [self._may_end(i) for i in range(len(lines))]

    def followed_by_quote(self, position: int) -> bool:
        """True when a quoted line comes next below ``position``, at most three blank ones between."""
        return self._followed[position]

    def length(self, position: int) -> int:
        """Number of lines of the attribution that starts at ``position``, 0 when none does.

        Read from its first line, so that one broken over several ("On … ⏎ … wrote:") goes whole.
        """
        lines = self._lines
        for end in range(position, min(position + MOST_LINES, len(lines))):
            if len(lines[end]) > _LONGEST or (end > position and self._quoted[end]):
                return 0
            if not lines[end].strip():
                # Some programs put the address into a paragraph of its own.
                if end == position or not lines[end + 1 : end + 2] or not lines[end + 1].lstrip().startswith("<"):
                    return 0
                continue
            if not self._ends[end]:
                continue
            joined = " ".join(line.strip() for line in lines[position : end + 1])
            if len(joined) > _LONGEST:
                return 0
            if end > position and not _evident(lines[position]) and _opens_anew(lines[position + 1]):
                return 0  # the author's last line, and the attribution below it
            count = end - position + 1
            if _is_attribution(joined, count, followed=self._followed[end]):
                return count
            if _COLON.search(lines[end]):
                return 0
        return 0

    def _may_end(self, i: int) -> bool:
        line = self._lines[i].rstrip()
        cheap = line.endswith(_LAST) or line[-5:].lower() == "wrote"
        return not self._quoted[i] and (cheap or self._followed[i]) and bool(_ENDS.search(line[-70:]))


def _followed(lines: list[str], quoted: list[bool]) -> list[bool]:
    """For each line, whether the next one with text, at most three blank ones below, is quoted."""
    result = [False] * len(lines)
    filled = -1
    for i in range(len(lines) - 1, -1, -1):
        result[i] = 0 <= filled <= i + 4 and quoted[filled]
        if lines[i].strip():
            filled = i
    return result


def _is_attribution(text: str, count: int, *, followed: bool) -> bool:
    """``followed``: a quoted line comes next, which lets weaker evidence do."""
    if _BARE.match(text) or _DASHED.match(text):
        return True
    closed = bool(_COLON.search(text) or _CLOSED.search(text))
    if not (closed or followed):
        return False
    dated, mailed = _dated(text), _mailed(text)
    if not (dated or mailed or followed):
        return False
    wrote = bool(_WROTE.search(text))
    if _FIRST_PERSON.search(text) and not (followed and (dated or mailed)):
        return False
    if not closed and not (wrote and (dated or mailed)):
        return False
    if _opens(text) and dated and (wrote or mailed):
        return followed or mailed or count > 1 or bool(_CLOCK.search(text) or _DAY.search(text))
    if count == 1 or _name_above(text):
        if mailed and wrote:
            return True
        if followed and (_WROTE_END.search(text) or (mailed and dated)):
            return True
    return False


def _opens(text: str) -> bool:
    """``text`` begins as attributions do, or a date stands after three words at most, whatever their language."""
    if _OPENER.match(text) or _LEADING_DATE.match(text):
        return True
    return bool(_EARLY_NUMBER.match(text) and _DATE.search(text[:60]))


def _opens_anew(line: str) -> bool:
    return not line.lstrip().startswith(("<", "(", "[")) and _opens(line)


def _evident(line: str) -> bool:
    return bool(_OPENER.match(line)) or _dated(line) or _mailed(line)


def _dated(text: str) -> bool:
    return bool(_DIGIT.search(text) and _DATE.search(text))


def _mailed(text: str) -> bool:
    return ("@" in text or " at " in text or "at)" in text) and bool(_EMAIL.search(text))


def _name_above(text: str) -> bool:
    """The part before the address or verb is a name only: no sentence ran into the attribution."""
    before = re.split(r"[<(\[]|\s(?=\S{1,64}@)", text, maxsplit=1)[0]
    return len(before.split()) <= 6 and not re.search(r"[.?!;]\s", before)
