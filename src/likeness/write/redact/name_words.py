"""Words about names, in the languages of the redactor: which are words too, which name whom, what is said to all."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON = _words(
    """
    abbey abend able abril abt ace acht aimable aimée alba alegría allegra alma amato amber amor amore angel angela
    ann archer art ash aspen asunción august augusto aurora autumn avril bach baker barber baron bart basil basso
    battaglia baum bay beau beck bell bella belle bello ben bene benito berg berger bianca bianchi bianco bill bird
    bishop black blake blanc blanca blanche blaze blond bloom blue blum bob bode bond booker boris bosch bosco brand
    braun brave bravo breeze brook brooke brooks brown bruch brun bruno brück buck bud buddy bueno burns busch butler
    caballero cabello calabrese calvo campo campos candy cano carol carpenter carter casa case cash castillo celeste
    chance charity chase chat cherry chiara chiaro chip christian chuck cielo claire clay clement cliff clément cole
    colt concepción constant consuelo conte conti cook cooper coral cortés costa coy crane crespo cross cruz crystal
    cuesta daisy dale dan dawn day dean decker dee delgado delta dev diamond dick dolores domingo don donato donna dot
    drew duke désiré earl early easter ebony ed elder ende engel ernst esperanza esser eve ever faith fay feld fels
    fern ferrara ferrari ferri fiel field finch finn fiore fischer fish fleur flor flora florent flores fontaine
    fontana ford forest fort forte fortuna fox franc france franco frank frei freitag freund friede fromm fuchs fuente
    fuentes fürst gallego gallo gast gatti gatto gay gene gentil gentile german ginger gioia glen golden good grace
    gracia graf grand grant grassi grasso gray green grey gros groß guerra gut guy haas hahn hall hart hartmann hase
    haven hazel heath heather held herb herbst hermoso herr herrera herrero herz hidalgo hill hirsch hofer holly holz
    honor hope horn hunt hunter inmaculada inés iris italia ivory ivy jack jade jahn jan jardin jasmine jay jean jet
    jeune jewel jo joli jolie joy juin juli julio june jung juni junior just justice justo jäger kaiser kaufmann kay
    keen kern king kirsch klein klug kluge knight koch krug krämer kuhn kunst kurt kurz könig lake lamb lamm lance
    lane lang lark laurel law leal leblanc lebrun lee lefort legrand lejeune lenoir leo leon leone león libero lily
    linda link llano lobo lombardo long longo lope lord love luce lucky luna lupo luz madrid maggio magnani mai maler
    mann mar marc march margarita marin marina marino mark marks mars marschall marsh martel martillo marín mason matt
    max may mayer mayo mazza mee meister merced mercedes mercier mercy merle merry metzger mia mild miles miller milo
    mina mini miss misty moe moine molina monday money montag monte montes monti moon moor moore moreau moreno morgen
    moro moss moulin mount mut myrtle müller nagel napoli neri nero neu neuf neumann nick niemand nieto nieve nieves
    noble noir norm north nova oak oliva olive opal or oral otter otto page palacios palm palma paloma palumbo paris
    park parker pascal pat patience paz peach peak pearl penny per perdida perla perle pet pete petit peña pfarrer
    pfeiffer pia piano pierce pierre pietra pilar pine pino piper pomme pope poppy porter poulain power pozzi prado
    price priest prieto prince principe prudence puente quick rabe rain ramos randy rasch rat rau ray re real rebel
    red reed reich reid rein reina reine remo renard rex rey reyes rich richter rico ring ritter riva river rivera
    rivers rivière rob robin roche rock rocky rod rodeo roi rojo roman rosa rose rosemary ross rossa rosso roth rouge
    rousseau roux roy ruby ruche rush rusty río ríos sage sala salas sand sandy sans santa santo santoro santos sastre
    sauer sauvage schade schatz scherer schmidt schneider schulz schwarz schäfer scout second serena serra serrano
    shad sharp shaw shepherd sieger sierra silver silvestri singer skip sky smart smith snow sol sole soledad sommer
    sonne sonny sorge soul specht spencer spiegel spring stahl stark steel stein stella stern stew stolz stone storm
    strange strauß stumpf sue suerte summer sun sunny swift süß tag tailor tan tanner tausend taylor temple terra
    testa teufel thal thorn tier tiger tim topaz topf tori toro torre torres trace treasure trinity troy true tucker
    turner tyler unger valle vallée vega vela vert vigne villa viola violet violette vita vogel voll wade wagner wahl
    wald walker wall ward warden weaver web weber weise weiss weiß wells wende werk west wetter wheeler white wild
    will winkel winkler winter wirt wise witt wolf wolff wood woods wren wright wunder xmas young zander zeller zimmer
    zimmermann zorn ángel ángeles
    """
)
"""Given and family names that are words as well: redacted where the context says that a person is meant."""

MONTHS = _words(
    "april may june august jan mai juni juli avril juin mayo abril junio julio agosto maggio aprile giugno march"
)

NOBODY = _words(
    """
    all everyone everybody folks team guys people friends colleagues there both again sir madam sirs mum mom mommy dad
    daddy grandma grandpa mate dude man bro sis love darling dear honey sweetie babe boss editor editors list members
    customer customers neighbour neighbours neighbor neighbors students class committee colleague hiring manager
    professor doctor world alle allerseits zusammen leute herr frau herren damen liebe lieber kollegen kolleginnen
    freunde mama papa oma opa schatz kinder nachbarn jungs mädels ihr euch beide tous toutes monsieur madame messieurs
    mesdames maman chéri chérie équipe amis amie ami collègues cher chère tout monde todos todas señor señora señores
    mamá papá cariño equipo amigos amigo amiga chicos chicas compañeros guapa guapo tutti tutte signor signora signori
    mamma papà caro cara amore ragazzi amici gentile egregio buongiorno monday tuesday wednesday thursday friday
    saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag here channel online morning afternoon
    evening night
    """
)
"""What follows a greeting without being a name."""

NO_NAMES = NOBODY | _words(
    """
    dr prof professor mr mrs ms miss mx sir lady lord herr frau ing dipl dott dottssa avv sig sra srta mme mlle jr sr
    ii iii iv phd md msc bsc mba esq von van der den de del della delle dei di da das dos do la le las los el al bin
    ibn zu zum zur via from on behalf info sales support help service services customer list lists news newsletter
    noreply reply admin administrator mail mailer daemon postmaster webmaster office contact billing accounts account
    security alerts alert notification notifications update updates shop store online group team club company inc ltd
    llc gmbh ag sa srl spa bv plc co corp university college school institute department hospital bank hotel airlines
    the and und et y e of for with facebook instagram whatsapp linkedin google amazon apple microsoft github gitlab
    twitter paypal ebay netflix spotify dropbox slack zoom youtube skype iphone android phone mobile work home unknown
    user anonymous bot me you ich du
    """
)
"""Words of a display name that name nobody."""

COMPANY = _words(
    "inc llc llp ltd plc corp gmbh kg ug spa srl sarl company support service services team newsletter customer bank "
    "hotel store shop airlines university institute department"
)
"""Words of a display name that say it is no person's."""

_GROUPS = """
    abigail abby gail | alexander alex alec sandy sasha xander | alexandra alex sandra sasha | alfred alf fred |
    amelia amy millie | andrew andy drew | andrea andi | anna ann anne annie anni anita nan | anne annie |
    anthony tony ant | antonio toni tony | barbara barb babs barbie | benjamin ben benny benji | bernard bernie |
    bridget biddy bridie | caroline carrie carol | catherine cath cathy kate katie kitty |
    charles charlie chuck chas chaz | charlotte charlie lottie | christina chris tina chrissy |
    christine chris chrissie | christopher chris kit topher | daniel dan danny dani | daniela dani | david dave davy |
    deborah deb debbie | dominic dom nic | dorothy dot dottie dolly | edward ed eddie ted teddy ned |
    eleanor ellie nell nora | elizabeth liz lizzie beth betty betsy eliza libby lisa |
    elisabeth lisa sissi elli liesl | emily em emmy millie | emmanuel manu manny | francis frank fran |
    francisco paco pancho fran curro | francesco franco checco | franziska franzi | frederick fred freddie |
    friedrich fritz | gabriel gabe | gabriela gabi | gabriele gabi | geoffrey geoff jeff | george georgie |
    gerald gerry jerry | giovanni gianni | giuseppe beppe peppe pino | gregory greg | guillermo memo guille |
    harold harry hal | helen nell | henry harry hank hal | hans hansi | harriet hattie | ignacio nacho |
    isabel isa bel belle | isabella bella izzy isa | jacob jake jack | jacqueline jackie | james jim jimmy jamie |
    jane janey | janet jan | jennifer jen jenny | jeremy jerry jez | jessica jess jessie | joanna jo jojo |
    johannes hannes hans jo | john jack johnny | jonathan jon jonny | jorge coque | jose pepe | josé pepe |
    joseph joe joey | josef sepp | joshua josh | judith judy jude | julia jules julie | julian jules |
    katharina kathi käthe | katherine kate kathy katie kat kitty | kathleen kathy kath | kenneth ken kenny |
    lawrence larry laurie | leonard len lenny leo | lucia lucy luci | luis lucho | madeleine maddie |
    manuel manolo manu | manuela manu | margaret maggie meg peggy madge marge | margarete grete gretel |
    maria mary mia | maría mari maruja | martin marty | martina tina | matthew matt matty | matthias matze |
    maximilian max maxi | melissa mel | michael mike mick micky michi | miguel migue | monica moni | monika moni |
    natalie nat | nathan nate | nathaniel nate nat | nicholas nick nicky | nicola nicky nic | nicolas nico |
    oliver ollie olli | olivia liv livvy | pamela pam | patricia pat patty trish tricia | patrick pat paddy |
    penelope penny | peter pete | philip phil pip | rachel rach | raymond ray | rebecca becky becca |
    richard rick ricky rich dick | robert rob robbie bob bobby bert | roberto beto | ronald ron ronnie |
    rosemary rosie | samantha sam sammy | samuel sam sammy | sandra sandy | sarah sally | sebastian seb basti |
    sophia sophie | stefan steff | stefanie steffi | stephanie steph | stephen steve stevie | steven steve |
    susan sue susie suzie | susanne susi sanne | theodore theo ted teddy | theresa terry tess tessa |
    thomas tom tommy | timothy tim timmy | ulrich uli | ulrike uli | ursula uschi ursel | valentina vale |
    victoria vicky tori | vincent vince vinnie | virginia ginny | walter walt wally | wilhelm willi |
    wilhelmina mina | william will bill billy willy liam | wolfgang wolf wolfi | yolanda yoli | zachary zach zack
"""


def _nicknames() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in _GROUPS.split("|"):
        given, *short = group.split()
        found[given] = found.get(given, frozenset()) | frozenset(short)
    return found


NICKNAMES = _nicknames()
"""What people called so are also called."""
