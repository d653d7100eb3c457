"""How languages say which part of the day a time of twelve hours is in.

Written by ``scripts/make_day_periods.py`` from the Unicode CLDR (Unicode License V3); do not edit.
"""

from __future__ import annotations

BY_HOURS: dict[tuple[int, int], str] = {
    (0, 1): (
        "aadhiraat canolnos emesnatës gauerdia geceyarısı gecəyarı hatinggabi keskiyöllä keskööl kutysi "
        "lamiezulnopții meianoite mezzanotte middernacht middernag midn midnat midnatt midnight miezulnopții min "
        "minuit mitjanit mitternacht miðnætti mëzaneutte nửađêm opoln opolnoci opolnoči opółnocy pitunapyterupé ponoć "
        "pusnaktī půln půlnoc saasitazausiku tengahmalam vidurnaktis yarimtun éjfél полн полночь полноќ полунощ поноћ "
        "түнжарымы түнортосу шөнөдунд яримтун ҝеҹәјары կեսգիշեր կեսգիշերին חצות ءتۇنجارىمى آدھیرات فيالمساء نیمهشب "
        "मध्यरात मध्यरात्र मध्यरात्रि ਅੱਧੀਰਾਤ મધ્યરાત્રિ நள்ளிரவு అర్ధరాత్రి ಮಧ್ಯರಾತ್ರಿ അർദ്ധരാത്രി මැදියම මැදියමටපසු "
        "เที่ยงคืน ທ່ຽງຄືນ သန်းခေါင်ယံ შუაღამეს እኩለሌሊት អធ្រាត្រ 午夜 真夜中 자정"
    ),
    (0, 4): "delanuit enatës gajanɩ gecə ночі ноќе ҝеҹә",
    (0, 5): "dienag nachts omnatten znacht 凌晨",
    (0, 6): (
        "aðnóttu damadrugada delamadrugada dinotte entathakusa goizald goizaldeko kurãge madrugada matinada naktis "
        "natt ngumaga pitunaetéramẽ pånatta pånatten snachts գիշերը գիշերվա በሌሊት"
    ),
    (0, 12): (
        "a adduha ag am amvormittag an ankstāinan antemidí ap atm banhaet bn braxkndaax comme damanhã de delamañana "
        "delmatin dinda dop dopołdnja dopołedniŏ dumat dumatin eparadites fh fm fọmọ́nin gh goöň günortadanöň "
        "hengihengi hh hoseng i/m iarmade ib ibikɛ̂glà icheheavo idiɓa inthemorning isuk iđitbeaivet kangama karoon "
        "ki kiroko kiɛmɛ́ɛm krn kíkíríg lb leebi lumalwak lwamilawu m ma makeo mambia maná mat matin mbaʼámbaʼ "
        "mbaꞌmbaꞌ moies muhi munkyo nd ntufat ntɔ́ngɔ́ nụtụtụ od pagi pagi/siang pamilau pd pg pg/sg piopensuno "
        "priekšp priekšpusdienā priešpiet prijepodne prīškpušdīnē rn rw rũ sa saaku safiya sf sokallim soodo sub "
        "subaka subbaahi sárúwá taparachu tesiran tifawt to too uhrvörmiddaachs ulloqeqqatatungaa uluchelo utuko "
        "vaasisu vm vorm wd wichishu yb ybore zdatazal zmu àárɔ̀ àárọ̀ öö ĩyakwakya ŋdi ǁgoagas ɛnkakɛnyá "
        "ʊshilèkʊboɖu πμ ам апоўначы дп обедтэикеле преподне претпл пријеподне проб таңкы то тң эи үө ӕмбисбоныразмӕ "
        "פֿאַרמיטאָג اےایم بن تد ص صباحا صبحمنجهند غم قبلازظهر قظ چب چۈشتىنبۇرۇن ܩܛ ߛ एएम तडके पूर्वाह्न फुं भोर "
        "भ्यागा येएम सकाळीं सबेरे सवेर सुबुहजा এএম নুমাং ਪੂਦੁ ଏଏମ ఎఎమ్ පෙව ก่อนเที่ยง ກ່ອນທ່ຽງ སྔ་ཆ་ སྔ་དྲོ་ နံနက် "
        "ማለዶ ቀደምሰርምዕል ቅቀ ጥዋት ጽባሕ ፋዱስጃብ ᏌᎾᎴ ᐁᒼ ᐊᒼ នៅពេលព្រឹក ᠦ᠂ᠥ ᱥᱮᱛᱟᱜ ⵜⵉⴼⴰⵡⵜ 上午 午前 ꎸꄑ 오전 𐐰𐑋 𐑨𐑥 𞤢𞤰"
    ),
    (1, 2): "ل ليلاً",
    (1, 3): "بامداد",
    (1, 5): "පාන්දර",
    (3, 2): "அதிகாலை",
    (3, 3): "לפנותבוקר فجرًا فيالصباح പുലർച്ചെ 아침",
    (4, 1): "fɔŋli",
    (4, 2): "hajnal sübh сүбһ पहाट ভোর ভোরবেলায় 𑄛𑄧𑄖𑄳𑄠𑄃𑄟𑄧𑄣𑄳𑄠𑄬",
    (4, 3): "alfajiri asʊbaa",
    (4, 5): "emëngjesit r ráno",
    (4, 6): "наутро",
    (4, 7): "сутринта",
    (4, 8): "subah sáng ujutro πρωί τοπρωί ранку утра ујутру صبح صبحمیں बिहान सुबह ਸਵੇਰੇ સવારે 朝",
    (5, 3): "早上 清晨",
    (5, 5): "aamulla morgens ommorgenen påmorg påmorgonen",
    (5, 7): "ammorge dieoggend dimineața hommikul காலை ຕອນເຊົ້າ დილ დილით",
    (6, 3): "reggel",
    (6, 4): "ekuseni morg påmorgenen rano zjut zjutraj",
    (6, 5): "ertalab sabah эрталаб",
    (6, 6): (
        "aðmorgni damattin damañá dimattina goizeko jutro kusãgki kuêmaramẽ madalingaraw matí mañana norīta rytas "
        "sochtends səhər ujutru сәһәр таңғы эртеңменен јутро өглөө առավոտյան בבוקר בוקר تاڭعى صباحًا सकाळ সকাল "
        "সকালবেলায় ఉదయం ಬೆಳಗ್ಗೆ രാവിലെ උදේ ในตอนเช้า 𑄝𑄬𑄚𑄳𑄠𑄬"
    ),
    (7, 5): "asubuhi gajaka",
    (8, 4): "朝早",
    (9, 3): "dopol dopoledne dopoludnia délelőtt",
    (10, 2): (
        "aamup aamupäivällä dopoldan form omformiddagen przedpołudniem påformiddagen påförm påförmiddagen vormittags "
        "претпладне"
    ),
    (10, 3): "emini",
    (10, 5): "siang",
    (11, 1): "öğledenönce",
    (11, 3): "наобяд",
    (11, 7): "kunduzi кундузи",
    (12, 1): (
        "adhuhuri amiază canoldydd delmediodía domediodía dél emesditës günorta hádegi iandéarapyturepé keskip "
        "keskipäivällä keskpäeval kurãkuju laamiază madhyanh mediodía meiodia mezzogiorno midday midi migdia mittags "
        "mëzogiorno napol napoludnie noon opold opoldne perpiet podne pol poledne pusd pusdienlaikā saasitazamchana "
        "tanghalingtapat tr trưa tushpayti wpołudnie öğle напладне подне полд полдень тушпайти түскі чактүш ҝүнорта "
        "үддунд կեսօր կեսօրին تۇسكى ظهر ظهرًا मध्यान्ह நண்பகல் ഉച്ച මධ්යාහ්නය เที่ยง ในตอนบ่าย ຕອນທ່ຽງ မွန်းတည့် "
        "შუადღ შუადღეს ቀትር ᎢᎦ ថ្ងៃត្រង់ 中午 正午 정오"
    ),
    (12, 2): "eguerd eguerdiko tengahhari zmittag ŋdɔ மதியம் ഉച്ചയ്ക്ക് දවල්",
    (12, 4): (
        "dopahar gɩshilikɔnɔ mchana nghapon בצהריים צהריים دوپہر دوپہرمیں अपरान्ह दुपार दोपहर দুপুর দুপুরবেলায় "
        "ਦੁਪਹਿਰੇ બપોરે ຕອນບ່າຍ နေ့လယ် 昼 𑄘𑄨𑄝𑄪𑄎𑄳𑄠"
    ),
    (12, 5): "gündüz μεσημ τομεσημέρι ҝүндүз",
    (12, 6): (
        "apm aprèsmidi chiều delapm delaprèsmidi delpomeriggio diemiddag dipomeriggio dopoidisnâ dupăamiaza délután "
        "etterm iltap iltapäivällä intheafternoon odpoledne omeftermiddagen popietė popod popol popoldan popoludní "
        "popołudniu poslijepodne pärastlõunal påefterm påeftermiddagen påettermiddagen pēcpusd smiddags síðdegis "
        "yprynhawn öğledensonra дня попладне попод түстенкейінгі түштөнкийин уподне өдөр ցերեկը ցերեկվա تۇستەنكەيىنگى "
        "మధ్యాహ్నం ಮಧ್ಯಾಹ್ನ ნაშუადღ ნაშუადღევს នៅពេលរសៀល"
    ),
    (12, 7): "karukaramẽ rãkãnhkỹ",
    (12, 8): "tarde",
    (12, 12): (
        "ak akasuba aluula amnamittag banringzgvaq baubaukndaax carra ch chilo cɛɛ́nko datarde delatarde desira "
        "dilolo du e/m ea eahketbeaivet eb ebongi ebyámu efiafi eftermade eh eigulo em ep epasdites ew f fi fọívnin "
        "gd gm gosoň günortadansoň hawwaro hwaĩinĩ ichamthi in iɓugajɔp kikiiɗe kingoto kisɛ́ndɛ koosk kooskoliny "
        "kugú kyiukonyi lilli lk lumalwap makaaripi mchochill md mo mog mpókwa muu nabali nabalị nam ncwònzém ngo "
        "ngəgógəle nm nomëttes ntmeddit nyiaghuo odp ot p pamunyi papussideinan pashamihe piecpušdīnē pipinisuno pm "
        "pn pop popiet popodne popołdnju popołedniu posmidí ptg ptm pēcp pēcpusdienā sanje shwane sn soir soré/malem "
        "sr/mlm tadggʷat teipa thapama tk tŋ uhrnommendaachs uk ulloqeqqatakingorna wb wengi wótp wótpołdnja yamma yh "
        "ym zaarikayb zmw ös ĩyawĩoo ŋkambɔ́tnji ũg ǃuias ɔ̀sán ɛndámâ ɣetrɔ ʊshilèkʊsasʊ μμ апоўдні обедтэмейле пм "
        "попл поподне послијеподне пп слоб тк түштөнкийинки эк үх ӕмбисбоныфӕстӕ נאָכמיטאָג بظ بعدازظهر تك دن "
        "شاممنجهند غو م مساء منجهندشام پیایم چك چۈشتىنكېيىن ܒܛ ߥ अपराह्न दपेहरा/संजा दपैहरबाद पीएम बेलासे शामजा सञ "
        "सांजे सांझ सांम পিএম ਬਾਦੁ ପିଏମ పిఎమ్ පව หลังเที่ยง ຫຼັງທ່ຽງ ཕྱི་ཆ་ ཕྱི་དྲོ་ ညနေ ሓቆስርምዕል ምሴት ቃማ ከሰዓት ድቀ "
        "ፋዱስደምቢ ᏒᎯᏱᎢ ᏒᎯᏱᎢᏗᏢ ᐲᒼ ᠦ᠂ᠬᠣ ᱧᱤᱫᱟᱹ ḍeffiraza ọ̀sán ⵜⴰⴷⴳⴳⵯⴰⵜ 下午 午後 ꁯꋒ 오후 𐐹𐑋 𐑐𐑥 𞤩𞤰"
    ),
    (13, 3): "บ่าย",
    (13, 5): "nachm nachmittags بعدالظهر",
    (13, 6): "ntambama tarda vesprada بعدازچاشت عصر 下昼 下晝",
    (14, 1): "ഉച്ചതിരിഞ്ഞ്",
    (14, 2): "பிற்பகல்",
    (14, 4): "следобед හවස",
    (14, 5): "arrats arratsaldeko petang",
    (15, 3): "sore വൈകുന്നേരം",
    (16, 2): "אחרהצהריים سہپہر বিকাল மாலை ในตอนเย็น 𑄝𑄬𑄣𑄳𑄠𑄬",
    (16, 3): "jioni साँझ 夕方",
    (16, 4): "gɩteŋshile shaam शाम સાંજે ຕອນແລງ",
    (16, 5): "संध्याकाळ ਸ਼ਾਮੀਂ",
    (16, 8): "nggabi",
    (17, 2): "axşamüstü ахшамүстү",
    (17, 3): "απόγ τοαπόγευμα",
    (18, 1): "akşamüstü സന്ധ്യ",
    (18, 2): "شام شاممیں সন্ধ্যা সন্ধ্যাবেলায় 𑄥𑄎𑄧𑄚𑄳𑄠",
    (18, 3): (
        "este fiẽ intheevening navečer tối uveče veče wieczorem вече кечинде кешкі орой увече كەش كەشى அந்திமாலை "
        "సాయంత్రం ಸಂಜೆ ค่ำ საღ საღამოს នៅពេលល្ងាច 저녁"
    ),
    (18, 4): "daseia kechqurun seara več večer zveč zvečer вечера вечерта кечқурун בערב ערב",
    (18, 5): "illalla vakarā õhtul",
    (18, 6): (
        "abends aðkvöldi dieaand disera dusoir embrëmjes kveld malam omaftenen påkvelden påkvällen savonds vakaras "
        "yrhwyr zaabig вечора навечер երեկոյան مساءً රෑ በምሽት"
    ),
    (19, 2): "akşam iluntz iluntzeko vespre",
    (19, 3): "बेलुकी",
    (19, 4): "夜",
    (19, 5): "axşam ebusuku kutykỹ pitunaramẽ ахшам شب ည 夜晚 晚上",
    (19, 6): "danoite",
    (19, 8): "രാത്രി",
    (19, 9): "usiku",
    (20, 4): "delanoche gɩjibɔŋɔ noche",
    (20, 8): "raat βράδυ τοβράδυ رات راتمیں रात রাত্রি রাত্রিবেলায় રાત્રે 𑄢𑄬𑄖𑄴",
    (20, 9): "ກາງຄືນ ຕອນກາງຄືນ",
    (21, 3): "atnight gaueko nit នៅពេលយប់",
    (21, 6): "இரவு 밤",
    (21, 7): "ponoći zã éjjel đêm रात्र ਰਾਤੀਂ",
    (21, 8): "ღამ ღამით",
    (21, 9): "gece noću wnocy ноћу түнгі түничинде шөнө تۇنگى రాత్రి ರಾತ್ರಿ กลางคืน",
    (22, 5): "בלילה לילה",
    (22, 6): "vn vnoci ночи презнощта",
    (22, 7): "noaptea",
    (22, 8): "daneutte kechasi ponoči кечаси",
    (23, 5): "夜中",
    (23, 6): "yöllä öösel",
    (23, 7): "naktī",
}
"""The first hour and the number of hours, and the words for them, folded as ``stamps.folded`` does."""
