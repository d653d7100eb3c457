"""Text as written → the words that are said."""

from __future__ import annotations

from likeness.speak.normalise import (
    abbreviations,
    calendar,
    capitals,
    clock,
    codes,
    figures,
    finish,
    markup,
    money,
    pictures,
    quantities,
    roman,
    symbols,
    web,
)
from likeness.speak.normalise.numbers import plain_digits
from likeness.speak.normalise.rule import apply
from likeness.speak.normalise.style import style_of

# The order matters: what is most particular first, since each rule sees only what those before it have left.
_RULES = (
    *web.RULES,
    *abbreviations.RULES,
    *roman.RULES,
    *codes.EXACT,
    *calendar.RULES,
    *clock.RULES,
    *money.RULES,
    *codes.NUMBERS,
    *quantities.RULES,
    *codes.NAMES,
    *symbols.RULES,
    *figures.RULES,
)


def spoken(text: str, language: str = "en") -> str:
    """``text`` as it is read aloud: figures, dates, sums, units, abbreviations, addresses and signs as words.

    Pure: the same text always gives the same words. The result holds letters (of any script), spaces, apostrophes,
    hyphens and ``. , ; : ? ! … — ( )``; no digits. Markdown, HTML, emoji and emoticons are left out (a text of nothing
    but emoji is read by their names). Initials stay in capitals ("FBI"), for the engine's lexicon to read.
    3/12/24 is month first for ``en`` and ``en-US``, day first for ``en-GB`` and other English.
    Raises ``InputError`` for a language other than English.
    """
    style = style_of(language)
    text = plain_digits(markup.plain_signs(text))
    text = markup.without_markup(pictures.without_pictures(text), style)
    text = apply(_RULES, text, style)
    text = figures.without_numerals(text, style)
    return apply((*capitals.RULES, *finish.RULES), " ".join(text.split()), style)
