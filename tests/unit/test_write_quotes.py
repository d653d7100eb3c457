"""Stripping in thirty languages and many mail programs; what it must never do: lose the author's words, hang, raise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.types import Message
from likeness.write.clean import (
    Signatures,
    clean_message,
    drop_echoes,
    drop_own_echoes,
    unwanted,
    without_quotes,
)
from likeness.write.clean.quotes import split_quotes

OWN = "Das passt mir gut, bis dann."
THEIRS = "Shall we meet on Friday at the usual place?"


def message(body: str, *, subject: str = "Re: plans", html: bool = False, labels: tuple[str, ...] = ()) -> Message:
    return Message(
        "m", "mbox", "c", "a@example.org", None, body, True, "", subject=subject, labels=labels,
        body_type="html" if html else "plain",
    )  # fmt: skip


def whole(body: str, *, subject: str = "Re: plans", html: bool = False) -> str:
    return clean_message(message(body, subject=subject, html=html), Signatures()).whole


WITH_VERB = [
    "On Mon, Feb 3, 2020 at 10:11 AM Ben Ode <ben@example.org> wrote:",
    "Am 03.02.2020 um 10:11 schrieb Ben Ode <ben@example.org>:",
    "Ben Ode <ben@example.org> schrieb am Mo., 3. Feb. 2020, 10:11:",
    "Le lundi 3 février 2020 à 10:11, Ben Ode <ben@example.org> a écrit :",
    "El lun., 3 feb. 2020 10:11, Ben Ode <ben@example.org> escribió:",
    "El dl., 3 de febr. 2020, 10:11, Ben Ode <ben@example.org> va escriure:",
    "O luns, 3 feb. 2020 10:11, Ben Ode <ben@example.org> escribiu:",
    "Il giorno lun 3 feb 2020 alle ore 10:11 Ben Ode <ben@example.org> ha scritto:",
    "No dia 3 de fev. de 2020, às 10:11, Ben Ode <ben@example.org> escreveu:",
    "În lun., 3 feb. 2020 la 10:11, Ben Ode <ben@example.org> a scris:",
    "Op ma 3 feb 2020 om 10:11 schreef Ben Ode <ben@example.org>:",
    "Den man. 3. feb. 2020 kl. 10.11 skrev Ben Ode <ben@example.org>:",
    "Þann mán., 3. feb. 2020 kl. 10:11 skrifaði Ben Ode <ben@example.org>:",
    "ma 3. helmik. 2020 klo 10.11 Ben Ode (ben@example.org) kirjoitti:",
    "Kuupäev E, 3. veebruar 2020 kell 10:11 kirjutas kasutaja Ben Ode <ben@example.org>:",
    "Pirmd., 2020. g. 3. febr. plkst. 10:11 — lietotājs Ben Ode (<ben@example.org>) rakstīja:",
    "2020-02-03, pr, 10:11 Ben Ode <ben@example.org> rašė:",
    "pon., 3 lut 2020 o 10:11 Ben Ode <ben@example.org> napisał(a):",
    "po 3. 2. 2020 v 10:11 odesílatel Ben Ode <ben@example.org> napsal:",
    "po 3. 2. 2020 o 10:11 Ben Ode <ben@example.org> napísal(a):",
    "Ben Ode <ben@example.org> ezt írta (időpont: 2020. febr. 3., H, 10:11):",
    "pon, 3. velj 2020. u 10:11 Ben Ode <ben@example.org> je napisao/la:",
    "V V pon., 3. feb. 2020 ob 10:11 je oseba Ben Ode <ben@example.org> napisala:",
    "На пн, 3.02.2020 г. в 10:11 Ben Ode <ben@example.org> написа:",
    "пн, 3 февр. 2020 г. в 10:11, Ben Ode <ben@example.org> пишет:",
    "пн, 3 лют. 2020 р. о 10:11 Ben Ode <ben@example.org> пише:",
    "Στις Δευ, 3 Φεβ 2020 στις 10:11 π.μ., ο χρήστης Ben Ode <ben@example.org> έγραψε:",
    "Ben Ode <ben@example.org>, 3 Şub 2020 Pzt, 10:11 tarihinde şunu yazdı:",
    "‫בתאריך יום ב׳, 3 בפבר׳ 2020 ב-10:11 מאת ‪Ben Ode‬‏ <‪ben@example.org‬‏>:‬",
    "في الاثنين، 3 فبراير 2020 في 10:11 ص تمت كتابة ما يلي بواسطة Ben Ode <ben@example.org>:",
    "सोम, 3 फ़र॰ 2020 को 10:11 am बजे को Ben Ode <ben@example.org> ने लिखा:",
    "ในวันที่ จ. 3 ก.พ. 2020 เวลา 10:11 Ben Ode <ben@example.org> เขียนว่า:",
    "Vào Th 2, 3 thg 2, 2020 vào lúc 10:11 Ben Ode <ben@example.org> đã viết:",
    "Pada tanggal Sen, 3 Feb 2020 pukul 10.11 Ben Ode <ben@example.org> menulis:",
    "Ben Ode <ben@example.org> 于2020年2月3日周一 上午10:11写道：",
    "Ben Ode <ben@example.org> 於 2020年2月3日 週一 上午10:11寫道：",
    "在 2020年2月3日，上午10:11，Ben Ode <ben@example.org> 写道：",
    "2020年2月3日(月) 10:11 Ben Ode <ben@example.org>:",
    "2020/02/03 10:11、Ben Ode <ben@example.org>のメール:",
    "2020년 2월 3일 (월) 오전 10:11, Ben Ode <ben@example.org>님이 작성:",
    "---- On Mon, 03 Feb 2020 10:11:00 +0100 Ben Ode <ben@example.org> wrote ----",
    "2013/11/1 Ben Ode <ben@example.org>",
]

HEADERS = [
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("De", "Enviat el", "Per a", "Assumpte"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("De", "Enviada em", "Para", "Assunto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Fra", "Sendt", "Til", "Emne"),
    ("Från", "Skickat", "Till", "Ämne"),
    ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    ("Saatja", "Saadetud", "Saaja", "Teema"),
    ("Od", "Wysłano", "Do", "Temat"),
    ("Od", "Odesláno", "Komu", "Předmět"),
    ("Od", "Odoslané", "Komu", "Predmet"),
    ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    ("Od", "Poslano", "Za", "Predmet"),
    ("De la", "Trimis", "Către", "Subiect"),
    ("От", "Отправлено", "Кому", "Тема"),
    ("Від", "Надіслано", "Кому", "Тема"),
    ("От", "Изпратено", "До", "Относно"),
    ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    ("Kimden", "Gönderme Tarihi", "Kime", "Konu"),
    ("מאת", "נשלח", "אל", "נושא"),
    ("من", "تاريخ", "إلى", "الموضوع"),
    ("Dari", "Tanggal", "Kepada", "Perihal"),
    ("Từ", "Đã gửi", "Đến", "Chủ đề"),
    ("发件人", "发送时间", "收件人", "主题"),
    ("寄件者", "寄件日期", "收件者", "主旨"),
    ("差出人", "送信日時", "宛先", "件名"),
    ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
]


@pytest.mark.parametrize("attribution", WITH_VERB)
def test_an_attribution_goes_with_a_marked_and_an_unmarked_quote(attribution: str) -> None:
    assert whole(f"{OWN}\n\n{attribution}\n\n> {THEIRS}\n> Ben\n") == OWN
    assert whole(f"{attribution}\n> {THEIRS}\n\n{OWN}") == OWN
    assert whole(f"{OWN}\n\n{attribution}\n\n{THEIRS}\n") == OWN


@pytest.mark.parametrize("attribution", [line for line in WITH_VERB if " <ben" in line and line.endswith(":")])
def test_an_attribution_broken_over_lines_goes_whole(attribution: str) -> None:
    broken = attribution.replace(" <ben", "\n<ben")
    assert whole(f"{OWN}\n\n{broken}\n\n> {THEIRS}\n") == OWN


def test_an_attribution_on_the_authors_line_goes_and_a_sentence_like_it_stays() -> None:
    for attribution in (WITH_VERB[0], WITH_VERB[1], "On Thursday, November 20, 2014, Ben Ode wrote:"):
        assert whole(f"{OWN} {attribution}\n> {THEIRS}") == OWN
        assert whole(f"{OWN}--- {attribution}\n> {THEIRS}") == OWN
    sentence = "You asked for it. On page 3 of the letter she wrote:\nnever again."
    assert whole(sentence) == sentence


def test_short_and_dashed_headers_go() -> None:
    for header in (
        "From: ben@example.org\nDate: Wed, 16 May 2012 00:15:02 -0600\n",
        "From: ben@example.org Date: Wed, 16 May 2012 00:15:02 -0600\n",
        "---- Ben Ode wrote ----\n",
        "On Tue, Apr 11, 2017 at 10:07 PM Ben Ode\n\n<\nmailto:ben@example.org\n> wrote:",
    ):
        assert whole(f"{OWN}\n\n{header}\n{THEIRS}") == OWN


def test_a_plain_blockquote_above_the_attribution_is_the_authors_citation() -> None:
    quote = "<div>On 3 Feb 2020, at 10:11, Ben &lt;b@example.org&gt; wrote:</div><blockquote>theirs</blockquote>"
    assert whole(f"<p>As they say:</p><blockquote>Cited.</blockquote>{quote}", html=True) == "As they say:\n\nCited."
    assert whole(f"<blockquote><p>{OWN}</p></blockquote>", html=True) == OWN
    assert whole(f"<p>{OWN}</p><blockquote>theirs</blockquote>", html=True) == OWN


@pytest.mark.parametrize("labels", HEADERS, ids=lambda labels: labels[3])
@pytest.mark.parametrize("form", ["{}: ", "*{}:* ", "**{}:** ", "{} : ", "> {}: "])
def test_a_reply_header_goes_with_what_it_stands_over(labels: tuple[str, ...], form: str) -> None:
    values = ("Ben Ode <ben@example.org>", "3.2.2020 10:11", "Ana Souza <ana@example.org>", "plans")
    header = "\n".join(form.format(label) + value for label, value in zip(labels, values, strict=True))
    mark = "> " if form.startswith(">") else ""
    for rule in ("", "________________________________\n", "-----Original Message-----\n"):
        assert whole(f"{OWN}\n\n{rule}{header}\n{mark}\n{mark}{THEIRS}\n") == OWN


def test_a_header_in_a_language_nobody_listed_goes() -> None:
    header = "Aaa: Ben Ode <ben@example.org>\nBbb: 3.2.2020 10:11\nCcc: Ana Souza\nDdd: Re: plans"
    assert whole(f"{OWN}\n\n{header}\n\n{THEIRS}") == OWN


def test_labels_of_the_authors_own_stay() -> None:
    for text in (
        "My trip:\nFrom: Vienna\nTo: Paris\nDate: 3 May\nI will be back on Friday.",
        "Name: Ana\nTel: 1234\nTime: 10:11\nPlace: here",
        "To: do list\nFrom: now on we meet here.",
    ):
        assert whole(text, subject="trip") == text


@pytest.mark.parametrize(
    "line",
    [
        "----- Forwarded message ----- From: Ben <ben@example.org>To: Ana <ana@example.org>Sent: Monday",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
        "Début du message transféré :",
        "Inicio del mensaje reenviado:",
        "Inizio messaggio inoltrato:",
        "---------- Пересылаемое сообщение ----------",
        "---------- 转发的邮件 ----------",
        "------------------ 原始邮件 ------------------",
        "-----Ursprüngliche Nachricht-----",
        "-------- Original Message --------",
        "----- Messaggio originale -----",
        "-----Oprindelig meddelelse-----",
        "-----Alkuperäinen viesti-----",
    ],
)
def test_a_line_that_announces_another_mail_ends_the_authors(line: str) -> None:
    assert whole(f"{OWN}\n\n{line}\nFrom: Ben <ben@example.org>\nSubject: plans\n\n{THEIRS}") == OWN
    assert whole(f"{OWN}\n\n{line}\n\n{THEIRS}") == OWN


HTML = [
    '<div class="gmail_quote"><div class="gmail_attr">On Mon, Ben wrote:<br></div><blockquote>{}</blockquote></div>',
    '<div class="gmail_quote">On Mon, 3 Feb 2020 at 10:11, Ben &lt;b@example.org&gt; wrote:<br><div>{}</div></div>',
    '<div><blockquote type="cite"><div>On 3 Feb 2020, at 10:11, Ben wrote:</div><br><div>{}</div></blockquote></div>',
    '<hr style="display:inline-block;width:98%" tabindex="-1"><div><b>Xxx:</b> Ben<br></div><div>{}</div>',
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>Xx: Ben</p></div><p>{}</p>',
    '<div id="mail-editor-reference-message-container"><div>Xx: Ben</div><div>{}</div></div>',
    '<div class="ms-outlook-mobile-reference-message"></div><div>Xx: Ben</div><div>{}</div>',
    '<div class="yahoo_quoted"><div>Ben:</div><div>{}</div></div>',
    '<div class="protonmail_quote">On Monday Ben wrote:<br><div>{}</div></div>',
    '<div class="zmail_extra"><div>---- On Mon Ben wrote ----</div><div>{}</div></div>',
    '<div class="moz-cite-prefix">Am 3.2. schrieb Ben:</div><blockquote type="cite" cite="mid:x">{}</blockquote>',
    '<div class="moz-forward-container">-------- Forwarded Message --------<p>{}</p></div>',
    '<div name="messageReplySection">On 3 Feb 2020, Ben wrote:<blockquote>{}</blockquote></div>',
    "<div>------------------ 原始邮件 ------------------</div><div>发件人: Ben</div><div>{}</div>",
    "<div>03.02.2020, 10:11, \"Ben\" &lt;b@example.org&gt;:</div><blockquote><p>{}</p></blockquote>",
    '<hr id="zwchr" data-marker="__DIVIDER__"><div>Xx: Ben</div><div>{}</div>',
    '<blockquote type="cite" id="qt"><div>{}</div></blockquote>',
]  # fmt: skip


@pytest.mark.parametrize("quote", HTML)
def test_each_programs_html_quote_goes(quote: str) -> None:
    body = f"<html><body><div>{OWN}</div><br>{quote.format(THEIRS)}</body></html>"
    assert whole(body, html=True) == OWN


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature">Ana Souza<br>Head of Locks</div>',
        '<div class="moz-signature">-- <br>Ana</div>',
        '<div id="Signature"><p>Ana</p></div>',
        '<div name="messageSignatureSection">Ana</div>',
        '<div class="protonmail_signature_block">Sent with Proton</div>',
        '<div id="ms-outlook-mobile-signature">Get Outlook for iOS</div>',
        '<p class="signature">Ana</p>',
    ],
)
def test_marked_signatures_go(signature: str) -> None:
    assert whole(f"<html><body><p>{OWN}</p>{signature}</body></html>", html=True) == OWN


@pytest.mark.parametrize(
    "end",
    [
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Odesláno z iPhonu",
        "Trimis de pe iPhone-ul meu",
        "iPhone'umdan gönderildi",
        "iPhoneから送信",
        "发自我的iPhone",
        "나의 iPhone에서 보냄",
        "Надіслано з iPhone",
        "Gesendet mit der GMX Mail App",
        "Von meinem Samsung Galaxy Smartphone gesendet.",
        "Enviado do meu iPhone",
        "Télécharger Outlook pour Android",
        "Diese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.",
        "Questo messaggio e gli allegati sono riservati e confidenziali.",
        "Este mensaje y sus adjuntos son confidenciales y se dirigen a su destinatario.",
        "Ana Souza\nHead of Locks\nTel: +44 20 7946 0000\nwww.locks.example.org",
        "----------------\n\nAna Souza\n\nt. 555-931-0702\n\nskype: ana\n\nhttps://locks.example.org/",
        "Ana Souza\nvia mobile",
    ],
)
def test_what_programs_and_firms_append_goes(end: str) -> None:
    text = whole(f"{OWN}\n\n{end}")
    assert text in {OWN, f"{OWN}\n\nAna Souza"}


def test_contact_data_that_is_announced_stays() -> None:
    text = "Here is her address:\n\nAna Souza\nTel: +44 20 7946 0000\nwww.locks.example.org"
    assert whole(text, subject="address") == text


CODE = "Try this:\n\n> x <- 3\n> plot(x, type = 'l')\n[1] 3\n\nDoes it work?"
SHELL = "I ran\n\n> git status\n> ls -la /tmp\n\nand saw nothing."
PYTHON = ">>> import math\n>>> math.pi\n3.14\n\nThat is all."
POEM = "I wrote this for you:\n\n> Roses are red\n> violets are blue\n> and so are you\n\nDo you like it?"


@pytest.mark.parametrize("text", [CODE, SHELL, PYTHON, POEM])
def test_lines_the_author_began_with_a_mark_stay_when_nothing_is_quoted(text: str) -> None:
    assert whole(text, subject="something new") == text


@pytest.mark.parametrize("text", [CODE, SHELL])
def test_code_after_a_prompt_stays_in_an_answer_without_other_quotes(text: str) -> None:
    assert whole(text) == text


@pytest.mark.parametrize("text", [CODE, SHELL, POEM])
def test_below_a_sign_of_quoting_marks_are_quotes(text: str) -> None:
    quoted = "\n".join(f"> {line}" for line in text.split("\n"))
    assert whole(f"{OWN}\n\n{WITH_VERB[0]}\n{quoted}", subject="something new") == OWN


@pytest.mark.parametrize(
    "body",
    [
        "> Shall we meet on Friday?\nYes.",
        "Yes.\n\n> Hi Ana,\n> Shall we meet on Friday?\n> Best regards,\n> Ben",
        "Yes.\n\n> Shall we meet on Friday? I have been thinking about the plans since we\n> last spoke, and you?",
        "> One question is this?\nYes.\n\n> The second one is that?\nYes.",
        ">> And the first one was what I asked you?\n> And what did I answer to that?\nYes.\n\nYes.",
    ],
)
def test_unattributed_quotes_are_known_by_their_manner(body: str) -> None:
    assert set(whole(body, subject="plans").split()) == {"Yes."}


def test_prose_that_sounds_like_an_attribution_stays() -> None:
    for text in (
        "On Monday I wrote:\n\nwe should go.\nNow we went.",
        "On the 3rd of May I wrote to Ben: he did not answer.",
        "As Darwin wrote:\n\nthere is grandeur in this view of life.",
        "Am Montag habe ich dir geschrieben:\n\ndas Fest fällt aus.",
        "Meet me at 10:11, the address is below:\n\nMain Street 5",
    ):
        assert whole(text) == text


def test_text_between_and_below_quotes_stays() -> None:
    body = f"Hi,\n{WITH_VERB[0]}\n> One?\nFirst answer.\n\n> Two?\n>> deeper\nSecond answer.\n\n> Three?\n\nThird."
    text = whole(body)
    assert [line for line in text.split("\n") if line] == ["Hi,", "First answer.", "Second answer.", "Third."]
    assert whole(f"Ana\n{WITH_VERB[0]}\n> One?") == "Ana"


def test_signed_text_stays_and_its_wrapping_goes() -> None:
    body = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{OWN}\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END"
    assert whole(body) == OWN


def test_quotes_alone_can_be_taken_out() -> None:
    body = f"Hi Ben,\n\n{OWN}\n\n-- \nAna\n\n{WITH_VERB[0]}\n> {THEIRS}"
    assert without_quotes(message(body)) == f"Hi Ben,\n\n{OWN}\n\n--\nAna"
    assert whole(body) == f"Hi Ben,\n\n{OWN}"


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("delegated", "sent by a delegate"),
        ("Spam", "spam"),
        ("draft", "draft"),
        ("Trash", "in the trash"),
        ("sent", ""),
        ("important", ""),
    ],
)
def test_labels_that_say_it_is_none_of_the_owners_writing(label: str, reason: str) -> None:
    assert unwanted(message("x", labels=("inbox", label))) == reason


def test_the_authors_own_earlier_mail_below_is_no_new_text() -> None:
    earlier = "We could meet on Friday in the garden behind the museum.\n\nBring the plans, please, and the old keys."
    assert drop_own_echoes(f"Did you get this?\n\n{earlier}", [earlier]) == ("Did you get this?", 2)
    formula = "Let me know what you think about it."
    assert drop_own_echoes(f"New plan.\n\n{formula}", [f"Old plan, much longer than that one.\n\n{formula}"])[1] == 0
    assert drop_own_echoes(earlier, [earlier]) == (earlier, 0)
    assert drop_own_echoes("short", []) == ("short", 0)


def test_marked_lines_of_the_parent_are_echoes_even_when_they_are_code() -> None:
    assert drop_echoes("> x <- f(3)\n\nUse g instead.", "I did this:\n x <- f(3)\nand failed") == ("Use g instead.", 1)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [*WITH_VERB[:12], "> quoted", ">> deeper", "| bar", "", "", "-- ", "From: Ben", "Sent: now",
             "Subject: Re: x",
             "-----Original Message-----", "Begin forwarded message:", "_____________", "wrote:", "<ben@example.org>",
             "On Mon, 3 Feb 2020", "> x <- 3", "Hi Ben,", "Sent from my iPhone", "word word word word word word word"]
        ),
        st.text(max_size=30),
    ),
    max_size=14,
)  # fmt: skip


def _filled(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip()]


@given(LINES, st.booleans())
def test_own_lines_are_some_of_the_lines_in_their_order(lines: list[str], answering: bool) -> None:
    lines = "\n".join(lines).split("\n")
    words = iter(" ".join(lines).split())
    own = " ".join(split_quotes(lines, answering=answering).own).split()
    assert all(any(word in candidate for candidate in words) for word in own)


@given(LINES)
def test_stripping_what_was_stripped_changes_nothing(lines: list[str]) -> None:
    once = split_quotes("\n".join(lines).split("\n")).own
    twice = split_quotes(once).own
    assert _filled(twice) == _filled(once)


HOSTILE: dict[str, Callable[[int], str]] = {
    "one line": lambda n: "word " * n,
    "one line of marks": lambda n: ">" * n,
    "one line of rules": lambda n: "_" * n + "-" * n,
    "spaces and dashes": lambda n: " " * n + "--" + " " * n + "x",
    "one line of addresses": lambda n: "a@" * n + ":",
    "one line of attributions": lambda n: "On Mon, 3 Feb 2020, " * n + "wrote:",
    "quoted lines": lambda n: "> quoted line\n" * n,
    "prompts": lambda n: "x\n" + "> ls -l\n" * n,
    "answers": lambda n: "> asked\nanswered\n" * n,
    "attributions": lambda n: f"{WITH_VERB[0]}\nx\n" * n + "> x",
    "labels": lambda n: "From: a@example.org\n" * n,
    "delimiters": lambda n: "-- \nx\n" * n,
    "rules": lambda n: ("_" * 60 + "\n") * n,
    "blank lines": lambda n: "x\n" + "\n" * n,
    "wrapped prose": lambda n: "This is a line of prose that a mail program broke at its margin just here\n" * n,
    "closings": lambda n: "Best regards,\nAna\n" * n,
    "disclaimers": lambda n: "this message\nis for you\n" * n + "confidential",
}
HOSTILE_HTML: dict[str, Callable[[int], str]] = {
    "quotes": lambda n: "<html><body>" + "<blockquote>x" * n,
    "divisions": lambda n: "<div>" * n + "x",
    "breaks": lambda n: "<div>" + "x<br>" * n,
    "inline": lambda n: "<p>" + "<span>x</span>" * n,
}


@pytest.mark.parametrize("name", [*HOSTILE, *(f"html {name}" for name in HOSTILE_HTML)])
@settings(max_examples=1, deadline=None)
@given(size=st.integers(60, 90))
def test_work_grows_with_the_size_of_a_hostile_mail(name: str, size: int) -> None:
    html = name.startswith("html ")
    make = HOSTILE_HTML[name.removeprefix("html ")] if html else HOSTILE[name]
    small, large = (_calls(message(make(size * factor), html=html)) for factor in (1, 4))
    assert large <= 5 * small + 2000


@pytest.mark.parametrize("body", ["word " * 200_000, "> " + "x " * 500_000, "_" * 1_000_000, ">" * 100_000])
def test_a_line_of_a_megabyte_is_cleaned(body: str) -> None:
    clean_message(message(body), Signatures())


def _calls(mail: Message) -> int:
    """Functions called, built-in ones included, while ``mail`` is cleaned."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        clean_message(mail, Signatures())
    finally:
        sys.setprofile(before)
    return count
