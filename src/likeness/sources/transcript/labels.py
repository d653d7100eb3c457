"""Who a transcript says is speaking: names, and labels that mean somebody else in every file."""

from __future__ import annotations

import re
from pathlib import Path

NAME = r"[^\W\d_][^\n:\[\](){}<>|=;\"*]{0,39}?"
"""A label within a line: begins with a letter."""
_GENERIC = re.compile(
    r"(?:unknown[ _-]?)?(?:speaker|spk|spkr|person|participant|voice|sprecher(?:in)?|hablante|orador|locuteur|"
    r"intervenant|interlocutor|falante|relatore|spreker|talare|говорящий|спикер|说话人|發言人|发言人|話者|화자|참석자)"
    r"[ _-]*(?:\d{1,3}|[A-Z])?"
    r"|[A-Z]|S\d{1,2}|\d{1,3}|me|you|them|others?(?:\(s\))?|interviewer|interviewee|host|guest|moderator",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:x|content|list|mime|message|delivered|return)-[\w-]+|received|precedence|"
    r"a|added|address|agenda|amount|answer|attachments|author|bcc|body|case|category|cause|"
    r"cc|changed|chapter|classifier|city|comment|comments|company|contact|content|copyright|cost|country|"
    r"created|critical|date|deadline|debug|default|deprecated|description|due|duration|email|"
    r"error|example|exception|failed|fatal|faq|file|files|fixed|from|fwd|goal|hint|http|"
    r"https|id|import|importance|info|input|key|keywords|language|license|link|links|location|"
    r"message|method|model|name|note|notes|notice|number|order|organizer|output|page|path|"
    r"phone|place|please|price|priority|problem|ps|q|question|re|reason|reference|removed|"
    r"reply-to|result|security|see|sent|severe|size|solution|source|status|step|subject|"
    r"success|summary|tags|task|tel|tip|title|to|todo|total|trace|type|updated|url|user|"
    r"value|version|verbose|warn|warning|when|where|who|website",
    re.IGNORECASE,
)
"""What stands before a colon in mail, logs, records and notes."""
_LONGEST_NAME = 4
_ALIKE = ("transcript", "transcription", "captions", "subtitles", "output", "audio", "recording")


def is_generic(label: str) -> bool:
    """True for "Speaker 1", "SPEAKER_00", "A", "3": not one person over several files."""
    return _GENERIC.fullmatch(label.strip()) is not None


def is_label(label: str, *, strict: bool = False) -> bool:
    """True for what can be a speaker's name. ``strict``: written with a capital, or in a script without."""
    text = label.strip()
    if is_generic(text):
        return not strict or len(text) > 1
    words = text.split()
    if not 1 <= len(words) <= _LONGEST_NAME or _NO_NAME.fullmatch(text) or re.search(r"[/\\@#$%^&~`,!?]", text):
        return False
    return text[0].isalpha() and (not strict or not text[0].islower())


def file_label(path: Path) -> str:
    """What a recording is called: its file's name, with its folder's where every recording has that name."""
    stem = path.stem.casefold()
    return f"{path.parent.name}/{path.name}" if stem in _ALIKE and path.parent.name else path.name


def identity(label: str, file: str) -> str:
    """The speaker as an identity: a name as it is, anything else with the file it was said in."""
    return f"{label} ({file})" if is_generic(label) else label
