"""The last pass: only letters and the marks that a voice can use remain, evenly spaced."""

from __future__ import annotations

from likeness.speak.normalise.rule import Rule, rule

RULES: tuple[Rule, ...] = (
    rule(r"[\"*#_~^|\\<>=`@{}\[\]•‣◦▪·]+", " "),
    rule(r"(?<!\w)/|/(?!\w)", " "),
    rule(r"/", " "),
    rule(r"(?<!\w)'(?=\s|$)", " "),
    rule(r"\s+", " "),
    rule(r"(?:\. ?){3,}", " … "),
    rule(r" *…[ .…]*", "… "),
    rule(r"(?<=\w)–(?=\w)", " to "),
    rule(r" ?(?:—|--+| [-–]+ |–) ?", " — "),
    rule(r"(?<!\w)-+|-+(?!\w)", " "),
    rule(r"\(\s*\)", " "),
    rule(r"(?<!\w)\+|\+(?!\w)|\+", " "),
    rule(r"([!?])[!?.,…]+", lambda match, style: "?" if "?" in match[0] else match[1]),
    rule(r" +([.,;:!?)])", lambda match, style: match[1]),
    rule(r"([,;:])[,;:]+", lambda match, style: match[1]),
    rule(r"[,;:]+([.!?])", lambda match, style: match[1]),
    rule(r"\.{2,}", "."),
    rule(r"([.!?])(?:\s?[.,;:])+(?=\s|$)", lambda match, style: match[1]),
    rule(r"(?<=[a-z])([,;:!?])(?=[^\W\d_])", lambda match, style: match[1] + " "),
    rule(r"\(\s+", "("),
    rule(r"\s+", " "),
    rule(r"^[\s.,;:—…)]+", ""),
    rule(r"[\s,;:—(]+$", ""),
)
