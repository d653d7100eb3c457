"""Marks that are seen and not said: markdown, HTML, odd spaces, typographic quotes, dashes and dots."""

from __future__ import annotations

import html
import re
import unicodedata

from likeness.speak.normalise.rule import Rule, apply, rule
from likeness.speak.normalise.style import Style

# Signs that compatibility decomposition would turn into other signs or run into their neighbours.
_SIGNS = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": "'", "›": "'", "‘": "'", "’": "'", "ʼ": "'", "′": "'",
        "‚": ",", "″": '"', "…": " … ", "⋯": " … ", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u00ad": "",
        "‐": "-", "‑": "-", "−": "-", "‒": "–", "―": "—", "\u200b": "", "\u200d": "", "\ufeff": "", "\u2028": "\n",
        "\u2029": "\n\n", "\x85": "\n", "\r": "\n", "\v": "\n", "\f": "\n\n", "\t": " ",
        "™": "", "®": "", "©": " copyright ", "№": " number ", "℃": "°C", "℉": "°F", "µ": "µ", "μ": "µ", "Ω": "Ω",
    }
)  # fmt: skip
_KEPT_AS_IT_IS = frozenset("²³°µΩ´¨¯¸ªº")

_MARKDOWN: tuple[Rule, ...] = (
    rule(r"<!--.{0,2000}?-->", " ", re.DOTALL),
    rule(r"</?(?:p|div|li|ul|ol|h[1-6]|br|tr|table|blockquote)\b[^<>]{0,300}>", "\n", re.IGNORECASE),
    rule(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,300})?/?>", " "),
    rule(r"^ {0,3}(?:```|~~~).*$", "\n", re.MULTILINE),
    rule(r"^ {0,3}(?:[-*_] ?){3,}$", "\n", re.MULTILINE),
    rule(r"^ {0,8}\|?(?: ?:?-{3,}:? ?\|)+.*$", "", re.MULTILINE),
    rule(r"!?\[([^\[\]\n]{1,300})\]\([^()\s]{0,500}(?: \"[^\"\n]{0,200}\")?\)", lambda match, style: match[1]),
    rule(r"\[\^?\d{1,3}\]", ""),
    rule(r"\[[ xX]\] ", ""),
    rule(r"^ {0,3}#{1,6} +(.+?)[ #]*$", lambda match, style: f"\n{match[1]}\n", re.MULTILINE),
    rule(r"^(?: {0,3}> ?)+", "", re.MULTILINE),
    rule(r"^ {0,12}[-*+•‣◦▪] +(.+)$", lambda match, style: f"\n{match[1]}\n", re.MULTILINE),
    rule(r"^ {0,12}(\d{1,3})[.)] +(.+)$", lambda match, style: f"\n{match[1]}, {match[2]}\n", re.MULTILINE),
    rule(r"(\*\*|__|~~|==)(?=\S)(.{1,500}?)(?<=\S)\1", lambda match, style: match[2]),
    rule(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])", lambda match, style: match[1]),
    rule(r"(?<![\w_])_(?=[^\s_])([^_\n]{1,300}?)(?<=[^\s_])_(?![\w_])", lambda match, style: match[1]),
    rule(r"`{1,3}([^`\n]{1,500})`{1,3}", lambda match, style: match[1]),
)


def plain_signs(text: str) -> str:
    """``text`` with one sign for each purpose, fractions as figures, compatibility forms (ﬁ, １, ①) as plain ones."""
    marks = []
    for mark in unicodedata.normalize("NFC", text).translate(_SIGNS):
        if mark.isascii() or mark in _KEPT_AS_IT_IS:
            marks.append(mark if " " <= mark < "\x7f" or mark in _KEPT_AS_IT_IS or mark == "\n" else " ")
        elif unicodedata.category(mark) == "No" and "⁄" in (plain := unicodedata.normalize("NFKC", mark)):
            marks.append(" " + plain.replace("⁄", "/") + " ")
        elif unicodedata.category(mark) == "Nl":
            marks.append(mark)
        elif unicodedata.category(mark) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            marks.append("" if unicodedata.category(mark) == "Cf" else " ")
        else:
            marks.append(unicodedata.normalize("NFKC", mark))
    return "".join(marks)


def without_markup(text: str, style: Style) -> str:
    """``text`` without markdown, HTML tags and entities. Every block but the last ends with a stop."""
    text = apply(_MARKDOWN, html.unescape(text), style)
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n|\n(?=\n)", text)]
    blocks = [block for block in blocks if block]
    return " ".join([*map(_ended, blocks[:-1]), *blocks[-1:]])


def _ended(block: str) -> str:
    return block if re.search(r"[.!?:;,…—-][\"')\]]*$", block) or not re.search(r"\w", block) else block + "."
