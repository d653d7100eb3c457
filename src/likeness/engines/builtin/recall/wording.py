"""What a plain text does without: fillers, and colloquial or long-winded words where a plain one serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from likeness.engines.builtin.recall import lexicon
from likeness.engines.builtin.recall.lexicon import word_set
from likeness.engines.builtin.recall.tokens import ENDS, Token, closes, join, phrase_tokens, spliced

SUBJECTS = word_set("i you he she it we they that there who what this here where how which")
_KNOWING = word_set("let do did if as what that how who where when would will should")
_NEGATIONS = word_set("not no never n't nothing none cannot")
_DETERMINERS = word_set("a an the this that some any what which same each every one another")
_MAXIMUM_PHRASE = 6
_SAVED = 2
"""A given word or phrase is long-winded when the plain one is shorter by this many letters ("utilize", not "great")."""
_FILLER_STARTS = frozenset(phrase[0] for phrase in (*lexicon.FILLERS, *lexicon.LEADING))
_HABIT_STARTS = frozenset(phrase.split()[0] for phrase in (*lexicon.PHRASES, *lexicon.OPENERS))


def fillers(tokens: list[Token]) -> list[Token]:
    """Drop words that carry no content, with the commas that set them off."""
    index = 0
    while index < len(tokens):
        length = _filler_at(tokens, index)
        if not length:
            index += 1
            continue
        end = index + length
        leads = _leads(tokens, index)
        if leads and end < len(tokens) and tokens[end].text == ",":
            end += 1
        elif not leads and tokens[index - 1].text == "," and end < len(tokens) and (tokens[end].text in {",", *ENDS}):
            index -= 1
            end += tokens[end].text == ","
            tokens = _cut(tokens, index, end)
            continue
        whole = leads and end < len(tokens) and tokens[end].text in ENDS
        tokens = spliced(tokens, index, end + 1 if whole else end, [])
    return tokens


def _cut(tokens: list[Token], start: int, end: int) -> list[Token]:
    """Take out tokens with the commas around them; what follows stands one space away unless it is a mark."""
    rest = tokens[end:]
    if rest and not closes(rest[0]) and not rest[0].space:
        rest[0] = replace(rest[0], space=" ")
    return [*tokens[:start], *rest]


def _leads(tokens: Sequence[Token], index: int) -> bool:
    """True when a sentence begins at ``index``."""
    return index == 0 or "\n" in tokens[index].space or (tokens[index - 1].text in ENDS and bool(tokens[index].space))


def _filler_at(tokens: Sequence[Token], index: int) -> int:
    """How many tokens from ``index`` on are a filler; 0 when none."""
    leads = _leads(tokens, index)
    first = tokens[index]
    if first.kind != "word" or first.lower not in _FILLER_STARTS:
        return 0
    following = tokens[index + 1].text if index + 1 < len(tokens) else "."
    if leads and (first.lower,) in lexicon.LEADING and following in {",", "-", "—", "–", *ENDS}:
        return 1
    for length in range(min(8, len(tokens) - index), 0, -1):
        filler = tuple(token.lower for token in tokens[index : index + length])
        if filler not in lexicon.FILLERS:
            continue
        after = tokens[index + length].text if index + length < len(tokens) else "."
        before = tokens[index - 1].lower if index else "."
        bound = after.lower() in lexicon.NOT_BEFORE.get(filler[-1], ()) and before != ","
        bound = bound or (filler == ("you", "know") and before in _KNOWING)
        if bound or (before in _NEGATIONS and (after in ENDS or after == ",")):
            continue
        edge = (
            (leads or before == ",") and (after == "," or after in ENDS or filler == ("note", "that"))
        ) or after in ENDS
        if filler in lexicon.MEANT and not edge:
            continue
        return length
    return 0


def choices(tokens: list[Token]) -> list[Token]:
    """One plain word or phrase for several colloquial ones, American spelling, openers with their comma."""
    tokens = _plainer(tokens, shorter=False)
    for index, token in enumerate(tokens):
        spelled = lexicon.american(token.lower) if token.kind == "word" else token.lower
        if spelled != token.lower:
            spelled = spelled.capitalize() if token.text[0].isupper() else spelled
            tokens[index] = replace(token, text=spelled)
    return _kinds(tokens)


def given_choices(tokens: list[Token]) -> list[Token]:
    """Long-winded phrases give way to shorter plain ones; other words and their spelling stay as given."""
    return _plainer(tokens, shorter=True)


def _plainer(tokens: list[Token], *, shorter: bool) -> list[Token]:
    index = 0
    while index < len(tokens):
        length, plain = _habit_at(tokens, index) or (0, "")
        if not length or (shorter and len(plain) + _SAVED > len(join(tokens[index : index + length]).strip())):
            index += 1
            continue
        new = phrase_tokens(plain.split())
        tokens = spliced(tokens, index, index + length, new)
        index += len(new)
    return tokens


def _habit_at(tokens: Sequence[Token], index: int) -> tuple[int, str] | None:
    """The longest habit that begins at ``index``: its length and plain form."""
    if tokens[index].text.lower() not in _HABIT_STARTS:
        return None
    leads = _leads(tokens, index)
    for length in range(min(_MAXIMUM_PHRASE, len(tokens) - index), 0, -1):
        taken = tokens[index : index + length]
        if any(token.kind == "name" for token in taken) or any("\n" in token.space for token in taken[1:]):
            continue
        habit = " ".join(token.text.lower() for token in taken)
        plain = (lexicon.OPENERS.get(habit) if leads else None) or lexicon.PHRASES.get(habit)
        if plain is None or (len(habit) == 1 and taken[0].text.isupper()):
            continue
        following = tokens[index + length].lower if index + length < len(tokens) else "."
        last = habit.rsplit(" ", 1)[-1]
        before = tokens[index - 1].lower if index else "."
        if habit in lexicon.ONLY_AFTER and before not in lexicon.ONLY_AFTER[habit]:
            continue
        if following not in lexicon.NOT_BEFORE.get(last, ()):
            return length, plain + (" ," if habit.endswith(",") else "")
    return None


def _kinds(tokens: list[Token]) -> list[Token]:
    """ "kind of" and "sort of" go where they soften; after a determiner they mean a type."""
    index = 0
    while index + 1 < len(tokens):
        if tokens[index].lower in ("kind", "sort") and tokens[index + 1].lower == "of" and tokens[index].kind == "word":
            before = tokens[index - 1].lower if index else ""
            if before in SUBJECTS - {"what", "that", "this", "which"} or before in (
                "is",
                "am",
                "are",
                "was",
                "were",
                "feel",
                "feels",
            ):
                tokens = spliced(tokens, index, index + 2, [])
                continue
            if before in _DETERMINERS:
                tokens[index] = replace(tokens[index], text="type")
        index += 1
    return tokens
