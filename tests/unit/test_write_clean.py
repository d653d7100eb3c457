"""Cleaning: quotes, forwards, signatures and footers go; the owner's words, inline replies included, stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.core.types import Message
from likeness.write.clean import Signatures, clean_message, drop_echoes, mine_signatures, noise, unwanted
from likeness.write.clean.html import html_to_text
from likeness.write.clean.lines import unwrap
from likeness.write.clean.message import is_mail

OWN = "Yes, that works for me.\nI will bring the plans."


def message(
    body: str, *, subject: str = "Re: plans", body_type: str = "plain", source: str = "mbox", name: str = "Ana Souza"
) -> Message:
    return Message("m", source, "c", "ana@example.org", None, body, True, name, subject=subject, body_type=body_type)  # type: ignore[arg-type]


def cleaned(body: str, known: Signatures = Signatures(), **changes: str) -> str:
    return clean_message(message(body, **changes), known).text


ATTRIBUTIONS = [
    "On Mon, 3 Feb 2020 at 10:11, Ben Ode <ben@example.org> wrote:",
    "On Mon, 3 Feb 2020 at 10:11, Ben Ode\n<ben@example.org>\nwrote:",
    "Am 03.02.2020 um 10:11 schrieb Ben Ode:",
    "Am Mo., 3. Feb. 2020 um 10:11 Uhr schrieb Ben Ode <ben@example.org>:",
    "Le lun. 3 févr. 2020 à 10:11, Ben Ode <ben@example.org> a écrit :",
    "El lun, 3 feb 2020 a las 10:11, Ben Ode (<ben@example.org>) escribió:",
    "Il giorno lun 3 feb 2020 alle ore 10:11 Ben Ode <ben@example.org>\nha scritto:",
    "Em seg., 3 de fev. de 2020 às 10:11, Ben Ode <ben@example.org> escreveu:",
    "Op ma 3 feb. 2020 om 10:11 schreef Ben Ode <ben@example.org>:",
    "Den mån 3 feb. 2020 kl 10:11 skrev Ben Ode <ben@example.org>:",
    "man. 3. feb. 2020 kl. 10:11 skrev Ben Ode <ben@example.org>:",
    "ma 3. helmik. 2020 klo 10.11 Ben Ode (ben@example.org) kirjoitti:",
    "pon., 3 lut 2020 o 10:11 Ben Ode <ben@example.org> napisał(a):",
    "пн, 3 февр. 2020 г. в 10:11, Ben Ode <ben@example.org>:",
    "Ben Ode <ben@example.org> ezt írta (időpont: 2020. febr. 3., H, 10:11):",
    "Ben Ode <ben@example.org>, 3 Şub 2020 Pzt, 10:11 tarihinde şunu yazdı:",
    "2020年2月3日(月) 10:11 Ben Ode <ben@example.org>:",
    "Ben Ode <ben@example.org> 于2020年2月3日周一 10:11写道：",
    "Ben Ode wrote:",
    "At 10:11 AM 2/3/2020 -0500, Ben Ode wrote:",
]

HEADERS = [
    "-----Original Message-----\nFrom: Ben Ode\nSent: Monday, 3 February 2020 10:11\nTo: Ana\nSubject: plans",
    "________________________________\nFrom: Ben Ode <ben@example.org>\nSent: Monday\nTo: Ana\nSubject: plans",
    "*From:* Ben Ode [mailto:ben@example.org]\n*Sent:* Monday\n*To:* Ana\n*Subject:* plans",
    "Von: Ben Ode <ben@example.org>\nGesendet: Montag, 3. Februar 2020 10:11\nAn: Ana\nBetreff: Pläne",
    "De : Ben Ode\nEnvoyé : lundi 3 février 2020 10:11\nÀ : Ana\nObjet : plans",
    "De: Ben Ode\nEnviado el: lunes, 3 de febrero de 2020\nPara: Ana\nAsunto: planos",
    "Da: Ben Ode\nInviato: lunedì 3 febbraio 2020\nA: Ana\nOggetto: piani",
    "Van: Ben Ode\nVerzonden: maandag 3 februari 2020\nAan: Ana\nOnderwerp: plannen",
    "Fra: Ben Ode\nSendt: 3. februar 2020\nTil: Ana\nEmne: planer",
    "-------- Weitergeleitete Nachricht --------\nBetreff: Pläne\nVon: Ben Ode",
    "---------- Forwarded message ---------\nFrom: Ben Ode <ben@example.org>\nDate: Mon\nSubject: plans",
    "-----Antwort auf Nachricht-----",
    "Begin forwarded message:\n\nFrom: Ben Ode\nSubject: plans\nDate: 3 February 2020",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ">"])
def test_a_marked_quote_goes_with_its_attribution(attribution: str, mark: str) -> None:
    quote = "\n".join(mark + line for line in ("Shall we meet on Friday", "at the usual place?", "", "Ben"))
    assert cleaned(f"{OWN}\n\n{attribution}\n{quote}\n") == OWN
    assert cleaned(f"{attribution}\n{quote}\n\n{OWN}") == OWN


@pytest.mark.parametrize("attribution", [a for a in ATTRIBUTIONS if "@" in a and not a.startswith("Ben")])
def test_an_unmarked_quote_goes_from_its_attribution_on(attribution: str) -> None:
    assert cleaned(f"{OWN}\n\n{attribution}\n\nShall we meet on Friday at the usual place?") == OWN


@pytest.mark.parametrize("header", HEADERS)
def test_what_a_reply_header_stands_over_goes(header: str) -> None:
    result = clean_message(message(f"{OWN}\n\n{header}\n\nShall we meet on Friday?\nBen"), Signatures())
    assert result.text == OWN
    assert "Shall we meet on Friday?" in result.quoted


def test_inline_replies_are_kept_and_their_questions_are_not() -> None:
    body = (
        "On 3 Feb 2020, Ben wrote:\n> First question?\nMy first answer.\n\n> Second question that is long\n"
        "> and goes on?\n\n"
        "My second answer.\n\n> Third?\n\nMy third, at last.\n"
    )
    result = clean_message(message(body), Signatures())
    assert result.text == "My first answer.\n\nMy second answer.\n\nMy third, at last."
    assert "First question?" in result.quoted


def test_ends_of_quoted_lines_broken_by_a_mailer_go_with_them() -> None:
    body = (
        "> I think that the long line that was written here has been broken by the\nmailer\n> and goes"
        " on here.\n\nIndeed."
    )
    assert cleaned(body) == "Indeed."
    head = "I agree.\n\nThe other reason is that I (and I\n> suspect others) would like it.\n\nSo do I."
    assert cleaned(head) == "I agree.\n\nSo do I."
    assert (
        cleaned("I agree.\n\n  And calling the third differed from the fourth,\n> which is odd.\n\n >   :\n")
        == "I agree."
    )


def test_an_attribution_on_the_same_line_goes() -> None:
    assert cleaned("Fine by me. On Mon, 3 Feb 2020 at 10:11, Ben Ode wrote:\n> Friday?") == "Fine by me."


def test_a_sentence_that_looks_like_an_attribution_stays() -> None:
    for text in (
        "On the other hand, it works.\nIn 2019 I wrote:\nit does not.",
        "On Thursday:\n\nwe meet at 10.",
        "Check https://example.com/on-2019-someone-wrote-about: it is good.",
        "The data come From: our database, not To: the other.",
        "I said: no.",
    ):
        assert cleaned(text) == text


def test_html_quotes_are_known_by_their_marks() -> None:
    body = (
        "<html><head><style>p{}</style></head><body><div>Thanks, I <b>wi</b>ll.<br>See you &amp; Ben.</div>"
        '<div class="gmail_quote"><div class="gmail_attr">On Mon someone wrote:<br></div>'
        '<blockquote class="gmail_quote">one?</blockquote>Inline answer.'
        '<blockquote class="gmail_quote">two?</blockquote></div>'
        '<div class="gmail_signature">Ana<br>+44 20 7946 0000</div></body></html>'
    )
    result = clean_message(message(body, body_type="html"), Signatures())
    assert result.text == "Thanks, I will.\nSee you & Ben.\n\nInline answer."
    assert result.quoted.split() == ["On", "Mon", "someone", "wrote:", "one?", "two?"]
    assert result.removed["signature"] == 1


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote type="cite">Quoted words here.</blockquote>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ben</div><div>Quoted words here.</div>',
        '<div class="yahoo_quoted"><div>Ben: Quoted words here.</div></div>',
        '<div class="moz-cite-prefix">Am Montag, Ben:<br></div><blockquote type="cite">Quoted words here.</blockquote>',
        (
            '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message'
            " ---------<br>From: Ben<br></div>Quoted words here.</div>"
        ),
        (
            '<div style="border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Ben<br><b>Sent:</b>'
            " Monday<br><b>To:</b> Ana<br><b>Subject:</b> x</p></div><p>Quoted words here.</p>"
        ),
    ],
)
def test_each_mail_program_has_its_quote(quote: str) -> None:
    body = f"<html><body><p>My own words.</p>{quote}</body></html>"
    result = clean_message(message(body, body_type="html"), Signatures())
    assert result.text == "My own words."
    assert "Quoted words here." in result.quoted


def test_an_indented_paragraph_is_no_quote() -> None:
    indented = "<p>First</p><blockquote style='margin:0 0 0 40px;border:none'>Second</blockquote>"
    assert clean_message(message(indented, body_type="html"), Signatures()).text == "First\n\nSecond"
    quoted = "<p>First</p><blockquote>Second</blockquote>"
    assert clean_message(message(quoted, body_type="html"), Signatures()).text == "First"


def test_hidden_and_deep_html() -> None:
    assert html_to_text('<div style="display:none">secret</div><p>seen</p>')[0].strip() == "seen"
    assert html_to_text("<div>" * 5000 + "x" + "</div>" * 5000 + "y")[0].strip().endswith("y")
    assert html_to_text("<ul><li>one</li><li>two</li></ul>")[0].split("\n")[:2] == ["- one", "- two"]
    assert html_to_text("<pre>a\n  b</pre>")[0].rstrip() == "a\n  b"


@pytest.mark.parametrize(
    "end",
    [
        "-- \nAna Souza\nHead of Things",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verzonden vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "Get Outlook for Android",
        (
            "_______________________________________________\nDiscuss mailing"
            " list\nhttps://lists.example.org/mailman/listinfo/d"
        ),
        'You received this message because you are subscribed to the Google Groups "x" group.',
        "-------------- next part --------------\nA non-text attachment was scrubbed...\nName: a.pdf",
        "[[alternative HTML version deleted]]",
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
    ],
)
def test_what_is_appended_goes(end: str) -> None:
    assert cleaned(f"{OWN}\n\n{end}") == OWN


def test_words_about_phones_and_regards_stay() -> None:
    for text in ("Sent from my desk, this is easier than from my phone.", "With regards to the roof, no news."):
        assert cleaned(text) == text


def test_signatures_are_mined_and_favourite_endings_are_not() -> None:
    ends = "Best,\nAna\n\nAna Souza | Museum of Locks\nwww.locks.example.org"
    mails = [message(f"Text number {i} is this.\n\nLet me know what you think.\n\n{ends}") for i in range(12)]
    known = mine_signatures(mails, ["Ana Souza", "ana@example.org"])
    assert known.lines == {"ana souza | museum of locks", "www.locks.example.org"}
    result = clean_message(mails[0], known)
    assert result.text == "Text number 0 is this.\n\nLet me know what you think."
    assert result.sign_off == "Best,\nAna"
    assert result.removed["signature"] == 1


@pytest.mark.parametrize(
    "greeting",
    ["Hi Ben,", "Dear all", "Hallo Herr Meier,", "Bonjour,", "Ben,", "hey Ben!", "Guten Morgen!", "Hi Ben & Zoë -"],
)
@pytest.mark.parametrize(
    "sign_off", ["Cheers,\nAna", "Viele Grüße\nAna Souza", "Thanks, Ana", "Ana", "A x", "un saludo,\nAna"]
)
def test_greeting_and_sign_off_are_told_apart(greeting: str, sign_off: str) -> None:
    known = Signatures(names=frozenset({"ana", "souza"}))
    result = clean_message(message(f"{greeting}\n\n{OWN}\n\n{sign_off}"), known)
    assert (result.greeting, result.text, result.sign_off) == (greeting, OWN, sign_off)


@pytest.mark.parametrize(
    "text", ["Thanks!", "Hi Ben,", "Yes,\nbut no.", "Hey that works\nfor me.", "Hello, how are you?\nI am well."]
)
def test_a_text_that_is_all_greeting_or_starts_like_one_stays(text: str) -> None:
    assert cleaned(text) == text


def test_a_forward_without_words_is_empty_and_says_so() -> None:
    result = clean_message(message("---------- Forwarded message ----------\nFrom: Ben\n\nNews."), Signatures())
    assert result.text == ""
    assert result.removed["forward"] == 1


def test_unmarked_quotes_are_known_from_the_parent() -> None:
    parent = "The build fails on the old machine in the cellar. Any idea?"
    text = "The build fails on the old machine in the cellar.\n\nIt does here too."
    assert drop_echoes(text, parent) == ("It does here too.", 1)
    assert drop_echoes('"The build fails on the old machine" is wrong.', parent)[1] == 0
    assert drop_echoes("The build fails on the old machine in the cellar.", parent)[1] == 0


def test_wrapped_lines_are_joined_and_meant_breaks_are_not() -> None:
    wrapped = (
        "This is a line of prose that a mail program broke at its margin because the\nnext word did not"
        " fit in it.\nShort."
    )
    assert unwrap(wrapped).count("\n") == 1
    assert unwrap("one\ntwo\nthree") == "one\ntwo\nthree"
    code = "This line of prose is followed by some lines of code that must stay as they\n    x <- 1\n    y <- 2"
    assert unwrap(code) == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no text of their own"),
        ("Liked “see you at 8”", "reaction"),
        ("Reacted 👍 to “see you at 8”", "reaction"),
        ("Laughed at an image", "reaction"),
        ("Gefällt „bis dann“", "reaction"),
        ("<Media omitted>", "media placeholder"),
        ("<Medien ausgeschlossen>", "media placeholder"),
        ("image omitted", "media placeholder"),
        ("IMG-20200101-WA0001.jpg (file attached)", "media placeholder"),
        ("You deleted this message", "media placeholder"),
        ("ok", "one word"),
        ("👍👍", "no words"),
        ("https://example.org/a", "link only"),
        ("明日行きます", ""),
        ("I liked the film", ""),
        ("see you then", ""),
    ],
)
def test_noise_has_a_reason(text: str, reason: str) -> None:
    assert noise(text) == reason


def test_automatic_mail_is_known_by_mark_or_subject() -> None:
    assert unwanted(replace(message("x"), automated=True)) == "automatic mail"
    assert unwanted(message("x", source="table", subject="Automatic reply: plans")) == "automatic mail"
    assert unwanted(message("x", source="table", subject="Accepted: dinner")) == "calendar answer"
    assert unwanted(message("x", source="table", subject="accepted wisdom")) == ""
    assert unwanted(message("x", source="mbox", subject="Accepted: our paper!")) == ""


LINES = st.lists(
    st.one_of(
        st.sampled_from([*ATTRIBUTIONS, *HEADERS, "> quoted", "-- ", "Ana", "Hi,", "", "From:", "<div>", "&gt;"]),
        st.text(max_size=40),
    ),
    max_size=15,
)  # fmt: skip


@given(LINES, st.sampled_from(["plain", "html"]))
def test_any_text_is_cleaned_without_error_and_nothing_is_made_up(lines: list[str], body_type: str) -> None:
    body = "\n".join(lines)
    result = clean_message(message(body, body_type=body_type), Signatures(names=frozenset({"ana"})))
    assert not result.text.startswith("\n")
    if body_type == "plain":
        assert set("".join(result.text.split())) <= set("".join(body.split()) + body)


@given(st.lists(st.text(alphabet="abcdefghij ", min_size=3, max_size=60), min_size=1, max_size=6))
def test_plain_words_are_never_lost(lines: list[str]) -> None:
    body = "\n".join(line.strip() for line in lines)
    result = clean_message(message(body, subject="plans"), Signatures())
    whole = f"{result.greeting} {result.text} {result.sign_off}"
    assert sorted(whole.split()) == sorted(body.split())


@pytest.mark.parametrize(
    ("source", "subject", "mail"),
    [
        ("mbox", "", True),
        ("table", "Re: Boat", True),
        ("table", "", False),
        ("slack", "general", False),
        ("telegram", "Lake house", False),
        ("transcript", "Monday", False),
    ],
)
def test_the_title_of_a_group_makes_no_mail_of_a_chat(source: str, subject: str, mail: bool) -> None:
    assert is_mail(Message("m", source, "c", "ana@example.org", None, "Hi", True, subject=subject)) is mail
