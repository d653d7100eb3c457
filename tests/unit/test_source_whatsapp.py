"""WhatsApp exports: every way of writing a date, what was typed and what was not, and archives built to hurt."""

from __future__ import annotations

import struct
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_checks import CUTS, check_never_raises, check_resuming, foreign, mutate, round_trip

from likeness.core.errors import UnsafeInput
from likeness.core.protocols import Diagnosing, Owner, Source
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.whatsapp import WhatsAppSource, calendars, container, numeric, stamps
from likeness.sources.whatsapp import chat as chats

ME = Owner.of(["Sam Rivers"])


def read(path: Path, text: str) -> tuple[list[Message], list[Skipped]]:
    path.write_text(text, encoding="utf-8", newline="")
    items = list(WhatsAppSource().read(path, ME))
    return [i for i in items if isinstance(i, Message)], [i for i in items if isinstance(i, Skipped)]


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    return tmp_path / "WhatsApp Chat with Ana.txt"


def test_it_is_a_source() -> None:
    assert isinstance(WhatsAppSource(), Source)
    assert isinstance(WhatsAppSource(), Diagnosing)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("[12/03/20, 15:04:05] ", "2020-03-12T15:04:05"),
        ("\u200e[13/03/20, 3:04:05\u202fPM] ", "2020-03-13T15:04:05"),
        ("[13.03.20, 15:04:05] ", "2020-03-13T15:04:05"),
        ("[2020-03-13 15.04.05] ", "2020-03-13T15:04:05"),
        ("[2020/3/13 下午3:04:05] ", "2020-03-13T15:04:05"),
        ("[2020. 3. 13. 오후 3:04:05] ", "2020-03-13T15:04:05"),
        ("[١٣\u200f/٣\u200f/٢٠٢٠، ٣:٠٤:٠٥ م] ", "2020-03-13T15:04:05"),
        ("13/03/2020, 15:04 - ", "2020-03-13T15:04:00"),
        ("13/3/2020, 3:04 p. m. - ", "2020-03-13T15:04:00"),
        ("13/3/2020 3:04 p.\u00a0m. - ", "2020-03-13T15:04:00"),
        ("3/13/20, 3:04 PM - ", "2020-03-13T15:04:00"),
        ("13.03.20, 12.00.00 - ", "2020-03-13T12:00:00"),
        ("13.3.2020 klo 15.04 - ", "2020-03-13T15:04:00"),
        ("2020-03-13, 15:04 - ", "2020-03-13T15:04:00"),
        ("2020/03/13, 15:04 - ", "2020-03-13T15:04:00"),
        ("15:04, 13/03/2020 - ", "2020-03-13T15:04:00"),
        ("13 March 2020, 15:04 - ", "2020-03-13T15:04:00"),
        ("Mar 13, 2020, 3:04 PM - ", "2020-03-13T15:04:00"),
        ("13 de marzo de 2020, 15:04 - ", "2020-03-13T15:04:00"),
        ("13/03/2020 à 15:04 - ", "2020-03-13T15:04:00"),
        ("13/3/2563 15:04 - ", "2020-03-13T15:04:00"),
        ("13/3/63 15:04 - ", "2020-03-13T15:04:00"),
        ("令和2年3月13日 15:04 - ", "2020-03-13T15:04:00"),
        ("平成31年3月13日 午後3:04 - ", "2019-03-13T15:04:00"),
        ("R2/3/13 15:04 - ", "2020-03-13T15:04:00"),
        ("2020년 3월 13일 오후 3:04, ", "2020-03-13T15:04:00"),
        ("12/3/20, 12:04 AM – ", "2020-03-12T00:04:00"),
        ("1402/10/11, 15:04 - ", "2024-01-01T15:04:00"),
        ("13.03.2020, 00.20 - ", "2020-03-13T00:20:00"),
        ("13/03/20, 3:04:05 PM: ", "2020-03-13T15:04:05"),
        ("13.03.20 15:04:05: ", "2020-03-13T15:04:05"),
        ("1/30/19,9:30 PM - ", "2019-01-30T21:30:00"),
        ("13/3/20, 1:04 de la madrugada - ", "2020-03-13T01:04:00"),
        ("[3:04:05 CH 13/3/20] ", "2020-03-13T15:04:05"),
        ("[١٦/٦/١٤٤٤ هـ، ٣:٠٤:٠٥ م] ", "2023-01-09T15:04:05"),
        ("民國109/3/13 下午3:04 - ", "2020-03-13T15:04:00"),
        ("۱۳۹۹/۱۲/۳۰،‏ ۱۵:۰۴ - ", "2021-03-20T15:04:00"),
    ],
)
def test_dates_of_every_locale(chat: Path, stamp: str, expected: str) -> None:
    name = "Sam Rivers : " if stamp.endswith(", ") else "Sam Rivers: "
    later = "[14/03/20, 15:04:05] Ana: so that days come first\n" if "12/3/20" in stamp else ""
    messages, skipped = read(chat, f"{stamp}{name}Hello there\n{later}")
    assert WhatsAppSource().recognises(chat)
    assert skipped == []
    first = messages[0]
    assert (first.sender, first.body, first.from_owner) == ("Sam Rivers", "Hello there", True)
    assert first.sent_at is not None
    assert first.sent_at.replace(tzinfo=None).isoformat() == expected


_FIXTURES = Path(__file__).parents[1] / "fixtures" / "whatsapp"


_ANDROID, _IOS = _FIXTURES / "WhatsApp Chat with Ana Lima.txt", _FIXTURES / "WhatsApp Chat - Bergtour.txt"


def test_an_export_of_android_comes_into_the_store_once(tmp_path: Path) -> None:
    found = round_trip(_ANDROID, ME, tmp_path)
    assert Counter(m.body for m in found.messages) == {
        "are you coming on Friday?": 1,
        "yes, at: eight\nbring the map, please": 1,
        "this one": 1,
        "Ben wrote:\n[12/03/20, 21:00:00] Ben: I am late\n[12/03/20, 21:00:09] Ana: ok": 1,
        "poor Ben": 1,
        "ok": 2,
    }
    assert len(found.mine) == 3
    assert found.bad == 0
    assert found.conversations == {"whatsapp:Ana Lima": 7}
    assert found.dropped == {
        "system line": 3,
        "attachment": 1,
        "deleted message": 1,
        "call, poll, location or notice": 2,
    }


def test_an_export_of_ios_comes_into_the_store_once(tmp_path: Path) -> None:
    found = round_trip(_IOS, ME, tmp_path)
    assert {(m.sender, m.body) for m in found.messages} == {
        ("+49 151 23456789", "Wer kommt mit? 🏔"),
        ("Béla", "Ich, aber 12.30 ist zu früh:\nlieber später"),
        ("Sam Rivers", "Der Plan"),
        ("Dr. Eva 👩\u200d🔬", "\u2068@Béla\u2069 ja"),
    }
    assert (len(found.mine), found.bad, found.conversations) == (1, 0, {"whatsapp:Bergtour": 4})
    assert sum(found.dropped.values()) == 5
    assert min(str(m.sent_at) for m in found.messages) == "2023-01-09 00:08:10+00:00"


@pytest.mark.parametrize("path", [_ANDROID, _IOS])
def test_reading_can_be_taken_up_anywhere(path: Path) -> None:
    check_resuming(WhatsAppSource(), path, ME)


def test_other_exports_are_turned_down() -> None:
    assert [path for path in foreign("whatsapp") if WhatsAppSource().recognises(path)] == []
    assert [path for path in foreign("whatsapp") if WhatsAppSource().diagnose(path)] == []


@settings(max_examples=100, deadline=None)
@given(cuts=CUTS, path=st.sampled_from([_ANDROID, _IOS]))
def test_a_damaged_export_never_raises(
    cuts: list[tuple[float, int, bytes]], path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    damaged = tmp_path_factory.mktemp("w") / path.name
    damaged.write_bytes(mutate(path.read_bytes(), cuts))
    check_never_raises(WhatsAppSource(), damaged, ME)


def test_times_of_twelve_hours_in_every_language() -> None:
    lines = (_FIXTURES / "stamps.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) > 500
    for line in lines:
        locale, expected, written = line.split("\t")
        stamp = stamps.parse(written)
        assert stamp is not None, (locale, written)
        assert (stamp.hour, stamp.minute) == (int(expected[11:13]), int(expected[14:16])), (locale, written)
        assert {int(expected[5:7]), int(expected[8:10])} <= {*stamp.numbers}, (locale, written)


@pytest.mark.parametrize(
    "pasted",
    [
        "[13/03/20, 10:04] Ben: copied",
        "[6:48 PM, 13/3/2020] Ben: copied",
        "13/03/2020 10:04:11 - Ben: copied",
        "Fri, Mar 13, 2020 8:30 AM - 10:00 AM (CET)",
    ],
)
def test_lines_of_another_chat_copied_into_a_message_stay_text(chat: Path, pasted: str) -> None:
    text = f"13/03/20, 10:00 - Ana: see:\n{pasted}\n13/03/20, 10:01 - Ben: ok\n13/03/20, 10:02 - Ana: ok\n"
    messages, skipped = read(chat, text)
    assert [m.body for m in messages] == [f"see:\n{pasted}", "ok", "ok"]
    assert skipped == []


def test_a_copied_line_without_seconds_is_no_entry_of_a_chat_with_them(chat: Path) -> None:
    text = "".join(f"[13/03/20, 10:0{n}:00] Ana: hi\n[12/03/20, 10:0{n}] Ben: copied\n" for n in range(1))
    messages, _ = read(chat, text + "[13/03/20, 10:01:00] Ben: a\n[13/03/20, 10:02:00] Ben: b\n")
    assert [m.body for m in messages] == ["hi\n[12/03/20, 10:00] Ben: copied", "a", "b"]


def test_two_exports_in_one_file_are_both_read(chat: Path) -> None:
    text = "".join(f"13/03/20, 10:0{n} - Ana: a{n}\n" for n in range(4))
    text += "".join(f"[14/03/20, 10:0{n}:00] Ana: b{n}\n" for n in range(3))
    assert [m.body for m in read(chat, text)[0]] == ["a0", "a1", "a2", "a3", "b0", "b1", "b2"]


def test_order_of_day_and_month_is_inferred_from_time_running_forward(chat: Path) -> None:
    def dates(days: list[str]) -> list[str]:
        text = "".join(f"{day}, 10:0{n} - Ana: hello {n}\n" for n, day in enumerate(days))
        return [m.sent_at.strftime("%Y-%m-%d") for m in read(chat, text)[0] if m.sent_at]

    assert dates(["01/02/20", "02/02/20", "01/03/20"]) == ["2020-02-01", "2020-02-02", "2020-03-01"]
    assert dates(["2/1/20", "2/2/20", "3/1/20"]) == ["2020-02-01", "2020-02-02", "2020-03-01"]
    assert dates(["3/4/20", "3/5/20", "3/6/20"]) == ["2020-03-04", "2020-03-05", "2020-03-06"]
    assert dates(["20/2/1", "20/2/2", "20/3/1"]) == ["2020-02-01", "2020-02-02", "2020-03-01"]


def test_lines_without_a_stamp_belong_to_the_message_before(chat: Path) -> None:
    text = (
        "[12/03/20, 15:04:05] Ana: first\r\nsecond line: with a colon\r\n\r\n12:30 - lunch?\r\n"
        "[12/03/20, 15:05:05] Sam Rivers: done\r\n"
    )
    messages, _ = read(chat, text)
    assert [m.body for m in messages] == ["first\nsecond line: with a colon\n\n12:30 - lunch?", "done"]
    assert messages[1].where == "WhatsApp Chat with Ana.txt:line 5"


@pytest.mark.parametrize(
    "text",
    [
        "<Media omitted>",
        "<Medien ausgeschlossen>",
        "<Multimedia omitido>",
        "<Без медиафайлов>",
        "<メディアなし>",
        "IMG-20200312-WA0001.jpg (file attached)",
        "IMG-20200312-WA0001.jpg (Datei angehängt)",
        "\u200eIMG-20200312-WA0001.jpg (archivo adjunto)",
        "\u200e<attached: 00000012-PHOTO-2020-03-12.jpg>",
        "\u200e<Anhang: 00000012-PHOTO-2020-03-12.jpg>",
        "\u200eimage omitted",
        "image omitted",
        "Bild weggelassen",
        "\u200eimagen omitida",
        "This message was deleted",
        "\u200eThis message was deleted.",
        "Diese Nachricht wurde gelöscht.",
        "Se eliminó este mensaje.",
        "\u200eحُذفت هذه الرسالة",
        "Missed voice call",
        "Missed voice call at 3:04 PM",
        "Llamada perdida a las 15:04",
        "Пропущенный видеозвонок",
        "Waiting for this message",
        "live location shared",
        "null",
        "<Média vynechány>",
        "<मीडिया के बिना>",
        "<המדיה לא נכללה>",
        "<Медіа пропущено>",
        "<忽略多媒體檔>",
        "<\u200eimage omitted>",
        "<Medya dahil edilmedi>",
        "< Média vynechána >",
        "<View once voice message omitted>",
        "report 2.pdf (soubor byl přiložen)",
        "TR.vcf (файл добавлен)",
        "PTT-20200312-WA0007.opus (fail disertakan)",
        "Toto.pdf (fichier joint)",
        "\u200e<\u200eattached: \u200ePTT-20180129-WA0025.opus>",
        "Plan.pdf • \u200e2 pages \u200e<attached: 00000047-Plan.pdf>",
        "DOC-20200312-WA0003. (file attached)\nThe plan.pdf",
        "Mensagem apagada",
        "Bu mesajı sildiniz",
        "このメッセージは削除されました",
        "এই মেসেজটি মুছে ফেলা হয়েছে।",
        "location: https://maps.google.com/?q=52.08,5.1",
        "UMFRAGE:\nEssen?\nOPTION: ja (1 Stimme)\nOPTION: nein (0 Stimmen)",
        "\u200ePOLL:\nLunch?\n\u200eOPTION: yes (1 vote)",
        "",
    ],
)
def test_what_nobody_typed_is_dropped(chat: Path, text: str) -> None:
    messages, skipped = read(chat, f"12/03/20, 15:04 - Ana: hi\n12/03/20, 15:05 - Sam Rivers: {text}\n")
    assert [m.body for m in messages] == ["hi"]
    assert len(skipped) == 1
    assert not skipped[0].bad


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("IMG-1.jpg (file attached)\nlook at this\nand this", "look at this\nand this"),
        ("\u200e<attached: 12-PHOTO.jpg>\nlook", "look"),
        ("look \u200eimage omitted", "look"),
        ("I meant Tuesday <This message was edited>", "I meant Tuesday"),
        ("I meant Tuesday \u200e<This message was edited>", "I meant Tuesday"),
        ("Dienstag \u200e<Diese Nachricht wurde bearbeitet.>", "Dienstag"),
        ("you deleted this message? why", "you deleted this message? why"),
        ("Středa <Tato zpráva byla upravena>", "Středa"),
        ("Rabu <Pesan ini diedit>", "Rabu"),
        ("<!DOCTYPE html>", "<!DOCTYPE html>"),
        ("<sarcasm on>", "<sarcasm on>"),
        ("<insert joke here>", "<insert joke here>"),
        ("video call", "video call"),
        ("Video call? I can at 5", "Video call? I can at 5"),
        ("missed call her, sorry", "missed call her, sorry"),
        ("missed voice call from my mum, sorry", "missed voice call from my mum, sorry"),
        ("main.py (you can name it anything you want)", "main.py (you can name it anything you want)"),
        ("final.pdf (untuk maks 5 pilihan)", "final.pdf (untuk maks 5 pilihan)"),
        ("poll:\nwho comes?", "poll:\nwho comes?"),
        ("ok <edit: typo>", "ok <edit: typo>"),
        ("this message was deleted by whom?", "this message was deleted by whom?"),
        ("photo omitted from the album, why?", "photo omitted from the album, why?"),
        ("is it encrypted end to end?", "is it encrypted end to end?"),
        ("see https://maps.google.com/?q=1,2", "see https://maps.google.com/?q=1,2"),
        ("<3", "<3"),
        ("a < b and c > d", "a < b and c > d"),
        ("null and void", "null and void"),
        ("are these end-to-end encrypted, do you know?", "are these end-to-end encrypted, do you know?"),
    ],
)
def test_what_was_typed_is_kept(chat: Path, text: str, kept: str) -> None:
    hello = "".join(f"12/03/20, 15:0{n} - Ana: hi {n}\n" for n in range(4))
    messages, _ = read(chat, f"{hello}12/03/20, 15:05 - Sam Rivers: {text}\n")
    assert messages[-1].body == kept


def test_system_lines_and_the_encryption_notice_are_dropped_even_with_a_sender(chat: Path) -> None:
    text = (
        "[12/03/20, 15:00:00] Ana: Messages and calls are end-to-end encrypted. No one outside can read them.\n"
        "[12/03/20, 15:01:00] Ana added you\n"
        '[12/03/20, 15:01:30] Ana created group "Rome: the trip"\n'
        "[12/03/20, 15:02:00] Ana: hi\n"
    )
    messages, skipped = read(chat, text)
    assert [m.body for m in messages] == ["hi"]
    assert [s.reason for s in skipped] == ["system line"] * 3


def test_impossible_dates_are_counted_with_their_line(chat: Path) -> None:
    _, skipped = read(chat, "13/03/2020, 10:00 - Ana: a\n31/02/2020, 10:00 - Ana: b\n14/03/2020, 10:00 - Ana: c\n")
    assert [(s.reason, s.bad, s.where) for s in skipped] == [("bad date", True, f"{chat.name}:line 2")]


def test_the_same_words_in_the_same_minute_are_two_messages_and_ids_survive_a_copy(chat: Path, tmp_path: Path) -> None:
    text = "12/03/20, 15:04 - Ana: ok\n12/03/20, 15:04 - Ana: ok\n"
    messages, _ = read(chat, text)
    copy, _ = read(tmp_path / "WhatsApp Chat with Ana (2).txt", text + "12/03/20, 15:09 - Ana: new\n")
    assert len({m.id for m in messages}) == 2
    assert [m.id for m in copy[:2]] == [m.id for m in messages]
    assert messages[0].conversation == copy[0].conversation == "whatsapp:Ana"


def test_a_chat_of_two_is_the_same_under_another_file_name(tmp_path: Path) -> None:
    text = "12/03/20, 15:04 - Ana: ok\n12/03/20, 15:05 - Sam Rivers: fine\n"
    first, _ = read(tmp_path / "WhatsApp Chat with Ana.txt", text)
    renamed, _ = read(tmp_path / "from my old phone.txt", text)
    assert [m.id for m in renamed] == [m.id for m in first]
    assert renamed[0].conversation == "whatsapp:Ana"


def test_a_zip_is_read_and_names_the_chat(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat - Ana Lima.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "_chat.txt", "\ufeff[12/03/20, 15:04:05] Ana Lima: hi\n[12/03/20, 15:04:09] Sam Rivers: hello\n"
        )
        archive.writestr("00000012-PHOTO.jpg", b"\xff\xd8")
    assert WhatsAppSource().recognises(path)
    messages = [m for m in WhatsAppSource().read(path, ME) if isinstance(m, Message)]
    assert [(m.conversation, m.sender, m.recipients) for m in messages] == [
        ("whatsapp:Ana Lima", "Ana Lima", ("Sam Rivers",)),
        ("whatsapp:Ana Lima", "Sam Rivers", ("Ana Lima",)),
    ]
    assert [i.value for i in WhatsAppSource().identities(path)] == ["Sam Rivers"]


def test_a_zip_of_several_chats_names_each_by_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "exports.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("WhatsApp Chat - Ana/_chat.txt", "[12/03/20, 15:04:05] Ana: hi\n")
        archive.writestr("WhatsApp Chat - Ana/00000003-notes.txt", "[12/03/20, 15:04:05] Zoe: a text that was sent\n")
        archive.writestr("WhatsApp-Chat mit Ben.txt", "12.03.20, 15:04 - Ben: hallo\n")
        archive.writestr("Conversa do WhatsApp com Rui.txt", "12/03/2020 15:04 - Rui: olá\n")
        archive.writestr("list.txt", "milk, bread\n")
    assert WhatsAppSource().recognises(path)
    items = [i for i in WhatsAppSource().read(path, ME) if not isinstance(i, Progress)]
    messages = [i for i in items if isinstance(i, Message)]
    assert [(m.conversation, m.body) for m in messages] == [
        ("whatsapp:Ana", "hi"),
        ("whatsapp:Ben", "hallo"),
        ("whatsapp:Rui", "olá"),
    ]
    assert [(i.reason, i.bad) for i in items if isinstance(i, Skipped)] == [("attachment", False)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("msgstore.db.crypt15", b"\x01", "encrypted backup"),
        ("ChatStorage.sqlite", b"SQLite format 3\0", "database of the WhatsApp app"),
        ("WhatsApp Chat with Ana.txt", b"", "is empty"),
        ("_chat.txt", b"\xef\xbb\xbf\r\n", "is empty"),
        ("_chat.txt", b"<!DOCTYPE html><p>", "HTML where plain text was expected"),
        ("Chat de WhatsApp con Ana.txt", "mañana\n".encode(), "no line begins as WhatsApp writes one"),
        ("WhatsApp Chat - Ana.zip", b"", "is empty"),
        ("WhatsApp Chat - Ana.zip", b"PK\x03\x04broken", "cannot be read (BadZipFile)"),
        ("notes.txt", b"milk", None),
    ],
)
def test_what_cannot_be_read_is_explained(tmp_path: Path, name: str, content: bytes, said: str | None) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert not WhatsAppSource().recognises(path)
    found = WhatsAppSource().diagnose(path)
    assert (found is None) if said is None else (found is not None and found.startswith(name) and said in found)


def test_zips_without_a_readable_chat_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat - Ana.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("IMG-20200312-WA0001.jpg", b"\xff\xd8")
    assert "without the text of the chat (1 other files" in (WhatsAppSource().diagnose(path) or "")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", "hello\n")
    assert "in whose texts no line begins" in (WhatsAppSource().diagnose(path) or "")
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert "password" in (WhatsAppSource().diagnose(path) or "")


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    line = b"12/03/20, 15:04 - Ana: ok\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", line * (20 * 2**20 // len(line)))
    with pytest.raises(UnsafeInput, match=r"bomb\.zip"):
        list(WhatsAppSource().read(path, ME))


def test_a_zip_that_lies_about_its_size_is_not_unpacked_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "liar.zip"
    monkeypatch.setattr(container, "TEXT_LIMIT", 100_000)
    line = b"12/03/20, 15:04 - Ana: ok\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", line * 100_000)
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(raw)
    items = list(WhatsAppSource().read(path, ME))
    assert sum(len(m.body) for m in items if isinstance(m, Message)) < 2000


def test_a_damaged_zip_is_a_value(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", "".join(f"12/03/20, 15:04 - Ana: ok {n}\n" for n in range(5000)))
    raw = bytearray(path.read_bytes())
    raw[200:400] = b"\xaa" * 200
    path.write_bytes(raw)
    items = [i for i in WhatsAppSource().read(path, ME) if not isinstance(i, Progress)]
    assert [(i.reason, i.bad) for i in items if isinstance(i, Skipped)] == [("damaged or encrypted archive", True)]


def test_a_zip_of_a_version_to_come_is_a_value(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat - Ana.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", "12/03/20, 15:04 - Ana: ok\n" * 9)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 6] = 110
    path.write_bytes(raw)
    source = WhatsAppSource()
    assert not source.recognises(path)
    assert "cannot be read" in (source.diagnose(path) or "")
    assert list(source.identities(path)) == []
    items = [i for i in source.read(path, ME) if not isinstance(i, Progress)]
    assert [(i.reason, i.bad) for i in items if isinstance(i, Skipped)] == [("damaged or encrypted archive", True)]


def test_resuming_gives_the_rest(chat: Path) -> None:
    text = "".join(f"12/03/20, 15:{n // 60:02d} - Ana: message {n}\n" for n in range(1300))
    whole, _ = read(chat, text)
    for item in list(WhatsAppSource().read(chat, ME)):
        if isinstance(item, Progress):
            rest = [m for m in WhatsAppSource().read(chat, ME, start=item.cursor) if isinstance(m, Message)]
            assert rest == whole[item.cursor :]


def test_prose_is_not_a_chat(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Notes\n\nMeet at 10:30 - bring the slides.\n[see 12/03/20]\n3/4 cup: flour\n")
    assert not WhatsAppSource().recognises(path)


_PIECES = st.sampled_from(
    [
        "12/03/20, 15:04 - ",
        "[13.3.20, 15:04:05] ",
        "Ana: ",
        "\u200e",
        "\n",
        "\r\n",
        "<x>",
        ".jpg (a b c d)",
        "٣/٤/٢٠٢٠، ٣:٠٤ م - ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(st.one_of(_PIECES, st.text(max_size=12), st.binary(max_size=12)), max_size=30))
def test_no_bytes_make_it_raise(parts: list[str | bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("w") / "_chat.txt"
    path.write_bytes(b"".join(p if isinstance(p, bytes) else p.encode("utf-8", "surrogatepass") for p in parts))
    source = WhatsAppSource()
    source.recognises(path)
    source.diagnose(path)
    list(source.identities(path))
    for item in source.read(path, ME):
        assert isinstance(item, Message | Skipped | Progress)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="0123456789/:.-, apm年月日RH٣元de\u200e", max_size=60))
def test_no_stamp_makes_it_raise(text: str) -> None:
    stamp = stamps.parse(text)
    if stamp is not None:
        stamps.when(stamp, stamps.infer_order([stamp]))


def test_midnight_and_noon() -> None:
    def hour(text: str) -> int:
        stamp = stamps.parse(text)
        assert stamp is not None
        moment = stamps.when(stamp, "dmy")
        assert isinstance(moment, datetime)
        return moment.hour

    assert [hour(f"1/2/20, {t}") for t in ("12:00 AM", "12:00 PM", "1:00 PM", "11:00 am")] == [0, 12, 13, 11]


@pytest.mark.parametrize(
    ("persian", "gregorian"),
    [((1388, 1, 1), (2009, 3, 21)), ((1403, 12, 30), (2025, 3, 20)), ((1404, 1, 1), (2025, 3, 21))],
)
def test_persian_years_end_where_their_leap_years_say(
    persian: tuple[int, int, int], gregorian: tuple[int, int, int]
) -> None:
    assert calendars.day(*persian) == date(*gregorian)


@pytest.mark.parametrize(
    ("islamic", "gregorian"),
    [((1430, 1, 1), (2008, 12, 29)), ((1444, 9, 1), (2023, 3, 23)), ((1446, 12, 29), (2025, 6, 25))],
)
def test_islamic_years(islamic: tuple[int, int, int], gregorian: tuple[int, int, int]) -> None:
    assert calendars.day(*islamic) == date(*gregorian)
    with pytest.raises(ValueError, match="no such day"):
        calendars.day(1444, 13, 1)


_LINES = st.sampled_from(
    [
        "13/03/20, 15:04 - Ana: hello",
        "13/03/20, 15:05 - Re: Zero: two colons",
        "13/03/20, 15:05 - Ben:",
        "\u200e14/03/20, 03:05 - Ana changed the subject",
        '14/03/20, 03:05 - Ana created group "Rome: the trip"',
        "99/03/20, 03:05 - Ana: no such day",
        "a line that goes on",
        "",
        "15/03/20, 25:05 - no such time",
        "on 15/03/20, 10:00 - we met",
        "2020年3月16日 15:04 - Ana: another kind of stamp",
    ]
)


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(_LINES, min_size=1, max_size=12), end=st.sampled_from(["\n", "\r\n"]))
def test_the_fast_way_reads_what_the_general_way_reads(lines: list[str], end: str) -> None:
    text = end.join(["12/03/20, 10:00 - Ana: first", *lines])
    quick, general = chats.read(text), chats.GeneralChat(text)
    assert list(quick.entries()) == list(general.entries())
    assert quick.people() == general.people()
    assert quick.preamble == general.preamble


def test_common_stamps_take_the_fast_way_over_several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numeric, "CHUNK", 100)
    monkeypatch.setattr(numeric, "_KEPT_CHUNKS", 2)
    text = "".join(f"[{1 + n % 28:02}.03.2020, 10:00:{n:02}] Ana: number {n}\nand more\n" for n in range(50))
    quick = chats.read(text)
    assert isinstance(quick, chats.NumericChat)
    assert list(quick.entries()) == list(chats.GeneralChat(text).entries())
