"""The mails every archive has and nobody wants: newsletters, calendar answers, bounces, copies, damaged ones."""

from __future__ import annotations

import base64
from datetime import datetime
from email.utils import format_datetime

from mails import encoded
from people import ELLIS_HOME, ELLIS_WORK

ROTA = (
    "hi all,\n\njust the monthly nudge - the reading room rota for {month} is on the shared drive. Could you put your "
    "names in by Friday please? If you can't do your usual day just swap with someone and tell me, no need to explain."
    "\n\ncheers,\nEllis"
)


def odd_mails(mails: list[tuple[datetime, bytes]]) -> list[tuple[datetime, bytes]]:
    """Mails to mix among ``mails``; one of them is a second copy of an existing one."""
    out = [
        _newsletter(datetime(2018, 4, 6, 6, 0)),
        _newsletter(datetime(2021, 9, 3, 6, 0)),
        _calendar_answer(datetime(2019, 6, 11, 10, 3)),
        _forward(datetime(2019, 11, 27, 9, 14)),
        _list_mail(datetime(2022, 1, 7, 20, 30)),
        _list_answer(datetime(2022, 1, 8, 8, 45)),
        _bounce(datetime(2023, 6, 21, 9, 31)),
        _escaped_from(datetime(2018, 10, 9, 14, 20)),
        _truncated_base64(datetime(2020, 8, 4, 12, 0)),
        _without_date(datetime(2017, 12, 1, 9, 0)),
    ]
    for month, when in (
        ("March", datetime(2018, 2, 20, 9, 0)),
        ("April", datetime(2018, 3, 20, 9, 0)),
        ("June", datetime(2018, 5, 22, 9, 0)),
        ("October", datetime(2018, 9, 18, 9, 0)),
    ):
        out.append(_from_ellis(when, "Reading room rota", ROTA.format(month=month), "volunteers"))
    when, raw = mails[12]
    out.append((when, raw.replace(b"X-Gmail-Labels: ", b"X-Gmail-Labels: Archived,", 1)))
    return out


def _mail(when: datetime, lines: list[str], body: str) -> tuple[datetime, bytes]:
    head = [f"Date: {format_datetime(when)}".replace("-0000", "+0000"), *lines, "MIME-Version: 1.0"]
    return when, ("\n".join(head) + "\n\n" + body + "\n").encode()


def _from_ellis(when: datetime, subject: str, body: str, to: str) -> tuple[datetime, bytes]:
    lines = [
        "X-Gmail-Labels: Sent",
        f"Message-ID: <{when:%Y%m%d%H%M}.{to}@{ELLIS_WORK.address.split('@')[1]}>",
        f"From: {ELLIS_WORK.mailbox()}",
        f"To: {to}@saltbymuseum.example.org",
        f"Subject: {subject}",
        'Content-Type: text/plain; charset="utf-8"',
    ]
    return _mail(when, lines, body)


def _newsletter(when: datetime) -> tuple[datetime, bytes]:
    lines = [
        "X-Gmail-Labels: Inbox,Category Promotions,Unread",
        f"Message-ID: <news-{when:%Y%m}@news.seedsandspades.example.com>",
        "From: Seeds & Spades <news@news.seedsandspades.example.com>",
        f"To: {ELLIS_HOME.mailbox()}",
        "Subject: " + encoded("🌱 Spring is here – 20 % off all sweet peas", force=True),
        "List-Unsubscribe: <https://news.seedsandspades.example.com/u/1>",
        "Precedence: bulk",
        'Content-Type: text/html; charset="utf-8"',
    ]
    body = (
        "<html><head><style>p{font:14px sans-serif}</style></head><body><h1>Spring is here</h1>"
        "<p>Hello <b>gardener</b>! Sow <a href='https://seedsandspades.example.com/'>sweet peas</a> now.</p>"
        "<img src='https://news.seedsandspades.example.com/pixel.gif' width=1 height=1></body></html>"
    )
    return _mail(when, lines, body)


def _calendar_answer(when: datetime) -> tuple[datetime, bytes]:
    lines = [
        "X-Gmail-Labels: Sent",
        f"Message-ID: <calendar-{when:%Y%m%d}@saltbymuseum.example.org>",
        f"From: {ELLIS_WORK.mailbox()}",
        "To: Howard Finch <howard.finch@saltbymuseum.example.org>",
        "Subject: Accepted: Trustees' walk-round @ Thu 20 Jun 2019 14:00",
        'Content-Type: text/calendar; charset="utf-8"; method=REPLY',
    ]
    body = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:walk-round-2019@saltbymuseum.example.org\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ELLIS_WORK.address}\nSUMMARY:Trustees' walk-round\n"
        "END:VEVENT\nEND:VCALENDAR"
    )
    return _mail(when, lines, body)


def _forward(when: datetime) -> tuple[datetime, bytes]:
    body = (
        "hi Bea,\n\nsee below - I think this is the chap with the ship models you were after? Looks promising to me, "
        "and he's only in Marlfield.\n\ncheers,\nE\n\n---------- Forwarded message ---------\n"
        "From: Arthur Penn <arthur@penn-models.example.com>\nDate: Tue, 26 Nov 2019 at 17:02\n"
        "Subject: Scale models of Saltby luggers\nTo: <ellis.marlow@saltbymuseum.example.org>\n\n"
        "Sir, I have constructed eleven luggers to scale and my wife would like the dining room back."
    )
    return _from_ellis(when, "Fwd: Scale models of Saltby luggers", body, "beatriz.souza")


def _list_mail(when: datetime) -> tuple[datetime, bytes]:
    lines = [
        "X-Gmail-Labels: Inbox,Bells",
        "Message-ID: <2022-01-07.411@lists.bells.example.org>",
        "From: Hilary Stott via Northern Ringers <ringers@lists.bells.example.org>",
        "To: ringers@lists.bells.example.org",
        "Subject: [ringers] Muffles, leather or felt?",
        "List-Id: Northern Ringers <ringers.lists.bells.example.org>",
        "Precedence: list",
        'Content-Type: text/plain; charset="utf-8"',
    ]
    body = (
        "Friends, our muffles have perished. Leather or felt? Opinions welcomed (within reason). "
        "Hilary Stott, Tower Captain"
    )
    return _mail(
        when, lines, body + "\n_______________________________\nringers mailing list\nringers@lists.bells.example.org"
    )


def _list_answer(when: datetime) -> tuple[datetime, bytes]:
    lines = [
        "X-Gmail-Labels: Sent,Bells",
        "Message-ID: <20220108.0845@marlow.example.net>",
        f"From: {ELLIS_HOME.mailbox()}",
        "To: ringers@lists.bells.example.org",
        "Subject: Re: [ringers] Muffles, leather or felt?",
        "In-Reply-To: <2022-01-07.411@lists.bells.example.org>",
        'Content-Type: text/plain; charset="utf-8"',
    ]
    body = (
        "Dear Hilary,\n\nleather if you can afford it, I'd say - ours were felt till 2017 and they went all lumpy, "
        "a bit like ringing with socks on. We paid about £95 for 8, and the chap who made them was lovely to deal with."
        " "
        "I can dig out his number if that helps?\n\nBest wishes,\nEllis Marlow (St Hild's, Saltby)\n\n"
        "> Friends, our muffles have perished. Leather or felt? Opinions\n> welcomed (within reason)."
    )
    return _mail(when, lines, body)


def _bounce(when: datetime) -> tuple[datetime, bytes]:
    lines = [
        "X-Gmail-Labels: Inbox",
        "Message-ID: <bounce-8841@mx.saltbymuseum.example.org>",
        "From: Mail Delivery Subsystem <mailer-daemon@mx.saltbymuseum.example.org>",
        f"To: {ELLIS_WORK.mailbox()}",
        "Subject: Delivery Status Notification (Delay)",
        "Auto-Submitted: auto-replied",
        "Content-Type: text/plain",
    ]
    return _mail(when, lines, "Your message to jamie@tidewaterpress.example.com is 412 MB and has been delayed.")


def _escaped_from(when: datetime) -> tuple[datetime, bytes]:
    body = (
        "hi Priya,\n\nI've typed up the bit of the log you wanted, it's rather good:\n\n"
        "From the quarter deck we could see nothing of the pier, nor it of us.\n\n"
        "I reckon that's our first panel sorted, probably in quite large letters.\n\ncheers,\nE"
    )
    return _from_ellis(when, "The fog entry", body, "priya.nair")


def _truncated_base64(when: datetime) -> tuple[datetime, bytes]:
    lines = [
        "X-Gmail-Labels: Sent",
        "Message-ID: <20200804.broken@saltbymuseum.example.org>",
        f"From: {ELLIS_WORK.mailbox()}",
        "To: Gareth Lowe <gareth.lowe@saltbymuseum.example.org>",
        "Subject: VPN again",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: base64",
    ]
    text = (
        "morning Gareth,\n\nthe VPN's thrown me out 4 times since breakfast, always just as I save something. I've "
        "restarted everything that restarts. It's not urgent as I can work on paper for a bit.\n\nta,\nE\n"
    )
    return _mail(when, lines, base64.b64encode(text.encode()).decode()[:-3])


def _without_date(when: datetime) -> tuple[datetime, bytes]:
    raw = (
        "X-Gmail-Labels: Sent\nMessage-ID: <undated@saltbymuseum.example.org>\nDate: yesterday-ish\n"
        f"From: {ELLIS_WORK.mailbox()}\nTo: Mo Aziz <mo@azizphoto.example.com>\nSubject: Lens cap\n"
        'Content-Type: text/plain; charset="utf-8"\n\n'
        "hiya Mo,\n\nyou've left a lens cap here, it was under the copy stand. I'll keep it safe in my drawer till "
        "you're next in - it's good company for the other 3.\n\ncheers,\nEllis\n"
    )
    return when, raw.encode()
