"""Month names as phones print them, folded to lower case without dots and spaces."""

from __future__ import annotations

_BY_MONTH = (
    "jan january januar janvier enero ene gennaio gen janeiro januari januarie январь янв января styczeń "
    "stycznia sty ocak oca يناير ינואר มค มกราคม ianuarie ian",
    "feb february februar février févr fev fevereiro febrero febbraio februari февраль фев февраля февр "
    "luty lutego lut şubat şub فبراير פברואר กพ กุมภาพันธ์ februarie",
    "mar march märz mär mrz mars marzo março maart mrt март мар марта marzec marca mart مارس מרץ มีค มีนาคม martie",
    "apr april avril avr abril abr aprile апрель апр апреля kwiecień kwietnia kwi nisan nis أبريل ابريل "
    "אפריל เมย เมษายน aprilie",
    "may mai mayo maggio mag maio mei май мая maj maja mayıs مايو מאי พค พฤษภาคม",
    "jun june juni juin junio giugno giu junho июнь июн июня czerwiec czerwca cze haziran haz يونيو יוני "
    "มิย มิถุนายน iunie iun",
    "jul july juli juillet juil julio luglio lug julho июль июл июля lipiec lipca lip temmuz tem يوليو "
    "יולי กค กรกฎาคม iulie iul",
    "aug august août agosto ago augustus augusti август авг августа sierpień sierpnia sie ağustos ağu "
    "أغسطس اغسطس אוגוסט สค สิงหาคม",
    "sep sept september septembre septiembre set settembre setembro сентябрь сен сентября сент wrzesień "
    "września wrz eylül eyl سبتمبر ספטמבר กย กันยายน septembrie",
    "oct october okt oktober octobre octubre ott ottobre out outubro октябрь окт октября październik "
    "października paź ekim eki أكتوبر اكتوبر אוקטובר ตค ตุลาคม octombrie",
    "nov november novembre noviembre novembro ноябрь ноя ноября нояб listopad listopada lis kasım kas "
    "نوفمبر נובמבר พย พฤศจิกายน noiembrie",
    "dec december dez dezember décembre déc dic diciembre dicembre dezembro декабрь дек декабря grudzień "
    "grudnia gru aralık ara ديسمبر דצמבר ธค ธันวาคม decembrie",
)

MONTHS: dict[str, int] = {name: number for number, names in enumerate(_BY_MONTH, start=1) for name in names.split()}
