"""A piece that was published, corrected in the open, and brought up to date.

Its first version said "for the first time since the Korean War". The source that it rested on
said less, and two others say the contrary: both are cited in the correction.
"""

from datetime import date

from .script import (
    Change,
    Check,
    Cite,
    CiteMore,
    ClaimSpec,
    Corrected,
    Move,
    Piece,
    Publish,
    ReadAll,
    Revise,
    Source,
    Withdraw,
    Write,
)

# Of some of what is told there is no second source, and the text says whose it is.
ONE_SOURCE = (
    ("two-sources", "Je Angabe gibt es nur eine unabhängige Quelle; der Text nennt sie."),
)


SOURCES = (
    Source(
        key="nis-oktober",
        kind="document",
        csl={
            "type": "report",
            "author": [{"literal": "National Intelligence Service (Republik Korea)"}],
            "title": "[Mitteilung über die Verlegung nordkoreanischer Soldaten nach Russland]",
            "publisher-place": "Seoul",
            "issued": {"date-parts": [[2024, 10, 18]]},
        },
        reliability="C",
        notes="Nicht selbst gelesen; bekannt durch KBS World.",
    ),
    Source(
        key="kbs-oktober",
        csl={
            "type": "webpage",
            "author": [{"literal": "KBS World Radio"}],
            "title": "[Meldung über den Beginn der nordkoreanischen Truppenentsendung]",
            "issued": {"date-parts": [[2024, 10, 18]]},
            "URL": "http://world.kbs.co.kr/service/news_view.htm?lang=e&Seq_Code=188550",
        },
        origin="nis-oktober",
    ),
    Source(
        key="scmp-un",
        csl={
            "type": "article-newspaper",
            "title": "North Korea UN representative denies Pyongyang sent troops to Russia to"
            " fight Ukraine",
            "container-title": "South China Morning Post",
            "issued": {"date-parts": [[2024, 10, 22]]},
            "URL": "https://www.scmp.com/news/asia/east-asia/article/3283345/"
            "north-korea-un-representative-denies-pyongyang-sent-troops-russia-fight-ukraine",
        },
        credibility="1",
    ),
    Source(
        key="afp-sicherheitsrat",
        csl={
            "type": "article-newspaper",
            "author": [{"literal": "AFP"}],
            "title": "[Meldung über die Sitzung des Sicherheitsrats am 30. Oktober 2024]",
            "container-title": "BSS News",
            "issued": {"date-parts": [[2024, 10, 31]]},
            "URL": "https://bssnews.net/news/219872",
        },
        credibility="1",
    ),
    Source(
        key="kreml",
        kind="document",
        csl={
            "type": "speech",
            "author": [{"literal": "Präsident der Russischen Föderation"}],
            "title": "[Bericht des Generalstabschefs über die Kämpfe in der Region Kursk]",
            "issued": {"date-parts": [[2025, 4, 26]]},
        },
        reliability="D",
        notes="Als Bild und Ton vom Präsidialamt verbreitet.",
    ),
    Source(
        key="nknews",
        csl={
            "type": "article-newspaper",
            "title": "In a first, Russia confirms North Korea’s involvement in Ukraine war",
            "container-title": "NK News",
            "issued": {"date-parts": [[2025, 4, 26]]},
            "URL": "https://www.nknews.org/2025/04/"
            "in-a-first-russia-confirms-north-koreas-involvement-in-ukraine-war/",
        },
        credibility="1",
        origin="kreml",
    ),
    Source(
        key="kcna",
        kind="document",
        csl={
            "type": "report",
            "author": [{"literal": "Zentrale Militärkommission der Partei der Arbeit Koreas"}],
            "title": "[Erklärung zum Einsatz in der Region Kursk]",
            "publisher": "KCNA",
            "publisher-place": "Pjöngjang",
            "issued": {"date-parts": [[2025, 4, 28]]},
        },
        reliability="D",
    ),
    Source(
        key="ap-kcna",
        csl={
            "type": "article-newspaper",
            "author": [{"literal": "Associated Press"}],
            "title": "North Korea confirms dispatch of troops to Russia to support its war"
            " against Ukraine",
            "container-title": "WSVN",
            "issued": {"date-parts": [[2025, 4, 27]]},
            "URL": "https://wsvn.com/news/us-world/"
            "north-korea-confirms-dispatch-of-troops-to-russia-to-support-its-war-against-ukraine/",
        },
        credibility="1",
        origin="kcna",
        notes="Ortszeit des Senders; in Korea war es der 28. April.",
    ),
    Source(
        key="grenze",
        csl={
            "type": "article-newspaper",
            "title": "Russian Defense Ministry confirms battles with Ukrainian troops in two"
            " districts of Kursk Oblast",
            "container-title": "The Kyiv Independent",
            "issued": {"date-parts": [[2024, 8, 8]]},
            "URL": "https://kyivindependent.com/russian-defense-ministry-confirms-battles-with-"
            "ukrainian-troops-in-two-districts-of-kursk-oblast",
        },
        credibility="1",
    ),
    Source(
        key="vertrag",
        kind="document",
        csl={
            "type": "treaty",
            "title": "DPRK-Russia Treaty on Comprehensive Strategic Partnership",
            "publisher": "KCNA",
            "publisher-place": "Pjöngjang",
            "issued": {"date-parts": [[2024, 6, 20]]},
            "URL": "https://kcnawatch.org/newstream/1718870859-459880358/"
            "dprk-russia-treaty-on-comprehensive-strategic-partnership",
        },
        credibility="1",
    ),
    Source(
        key="interfax",
        csl={
            "type": "article-newspaper",
            "title": "Russia-N. Korea Treaty of Comprehensive Strategic Partnership takes effect"
            " - KCNA",
            "container-title": "Interfax",
            "issued": {"date-parts": [[2024, 12, 5]]},
            "URL": "https://interfax.com/newsroom/top-stories/108291/",
        },
        reliability="C",
    ),
    Source(
        key="generalstab",
        kind="document",
        csl={
            "type": "report",
            "author": [{"literal": "Vereinigter Generalstab der Republik Korea"}],
            "title": "[Lagebewertung]",
            "publisher-place": "Seoul",
            "issued": {"date-parts": [[2025, 3, 27]]},
        },
        credibility="3",
        notes="Nicht selbst gelesen; bekannt durch Korea JoongAng Daily.",
    ),
    Source(
        key="joongang",
        csl={
            "type": "article-newspaper",
            "title": "North Korea presumed to send at least 3,000 more troops to Russia,"
            " South says",
            "container-title": "Korea JoongAng Daily",
            "issued": {"date-parts": [[2025, 3, 27]]},
            "URL": "https://koreajoongangdaily.joins.com/news/2025-03-27/national/northKorea/"
            "North-Korea-presumed-to-send-at-least-3000-more-troops-to-Russia-South-says/2271569",
        },
        credibility="3",
        origin="generalstab",
    ),
    Source(
        key="uk-maerz",
        csl={
            "type": "post",
            "author": [{"literal": "Ministry of Defence (Vereinigtes Königreich)"}],
            "title": "Latest Defence Intelligence update on the situation in Ukraine",
            "container-title": "X",
            "issued": {"date-parts": [[2025, 3, 28]]},
        },
        credibility="3",
    ),
    Source(
        key="nis-april",
        kind="document",
        csl={
            "type": "hearing",
            "author": [{"literal": "National Intelligence Service (Republik Korea)"}],
            "title": "[Unterrichtung des Geheimdienstausschusses der Nationalversammlung]",
            "publisher-place": "Seoul",
            "issued": {"date-parts": [[2025, 4, 30]]},
        },
        reliability="C",
        credibility="3",
        notes="Nichtöffentliche Sitzung; zwei Abgeordnete berichteten danach der Presse.",
    ),
    Source(
        key="kbs-april",
        csl={
            "type": "webpage",
            "author": [{"literal": "KBS World Radio"}],
            "title": "[Meldung über die Unterrichtung des Geheimdienstausschusses]",
            "issued": {"date-parts": [[2025, 4, 30]]},
            "URL": "https://world.kbs.co.kr/service/news_view.htm?Seq_Code=192744&lang=e",
        },
        credibility="3",
        origin="nis-april",
    ),
    Source(
        key="unn-april",
        csl={
            "type": "article-newspaper",
            "title": "About 600 North Korean soldiers died in battles for Russia in Ukraine"
            " - Seoul",
            "container-title": "UNN",
            "issued": {"date-parts": [[2025, 4, 30]]},
            "URL": "https://unn.ua/en/news/"
            "about-600-north-korean-soldiers-died-in-battles-for-russia-in-ukraine-seoul",
        },
        reliability="C",
        credibility="3",
        origin="nis-april",
    ),
    Source(
        key="selenskyj",
        csl={
            "type": "post",
            "author": [{"family": "Selenskyj", "given": "Wolodymyr"}],
            "title": "[Mitteilung über zwei gefangene Soldaten]",
            "container-title": "X",
            "issued": {"date-parts": [[2025, 1, 11]]},
        },
        reliability="C",
    ),
    Source(
        key="dw-gefangene",
        csl={
            "type": "webpage",
            "author": [{"literal": "Deutsche Welle"}],
            "title": "South Korea confirms Ukraine captured 2 North Korean soldiers",
            "issued": {"date-parts": [[2025, 1, 12]]},
            "URL": "https://www.dw.com/en/ukraine-says-2-north-korean-soldiers-captured/"
            "live-71273185",
        },
    ),
    Source(
        key="sbu",
        csl={
            "type": "webpage",
            "author": [{"literal": "Sicherheitsdienst der Ukraine (SBU)"}],
            "title": "[Mitteilung zur Befragung der beiden Gefangenen]",
            "publisher-place": "Kiew",
            "issued": {"date-parts": [[2025, 1, 11]]},
        },
        reliability="C",
        credibility="6",
    ),
    Source(
        key="pribbenow",
        kind="document",
        csl={
            "type": "report",
            "author": [{"family": "Pribbenow", "given": "Merle L."}],
            "title": "North Korean Pilots in the Skies over Vietnam",
            "collection-title": "NKIDP e-Dossier",
            "publisher": "Woodrow Wilson International Center for Scholars",
            "publisher-place": "Washington, D.C.",
            "issued": {"date-parts": [[2011]]},
        },
        reliability="A",
        credibility="1",
    ),
    Source(
        key="ap-vietnam",
        csl={
            "type": "article-newspaper",
            "author": [
                {"family": "Dinh", "given": "Hau"},
                {"family": "Peck", "given": "Grant"},
            ],
            "title": "Memorial speaks to North Korea’s ties to summit host Vietnam",
            "container-title": "Associated Press",
            "issued": {"date-parts": [[2019, 2, 20]]},
        },
        credibility="1",
    ),
    Source(
        key="shazly",
        kind="document",
        csl={
            "type": "book",
            "author": [{"family": "el Shazly", "given": "Saad"}],
            "title": "The Crossing of the Suez",
            "publisher": "American Mideast Research",
            "publisher-place": "San Francisco",
            "issued": {"date-parts": [[1980]]},
        },
    ),
    Source(
        key="uk-juni",
        csl={
            "type": "post",
            "author": [{"literal": "Ministry of Defence (Vereinigtes Königreich)"}],
            "title": "Latest Defence Intelligence update on the situation in Ukraine",
            "container-title": "X",
            "issued": {"date-parts": [[2025, 6, 15]]},
        },
        credibility="3",
    ),
    Source(
        key="kurier",
        csl={
            "type": "article-newspaper",
            "title": "[Bericht über die neue Schätzung des südkoreanischen Geheimdienstes]",
            "container-title": "Kurier",
            "publisher-place": "Wien",
            "issued": {"date-parts": [[2025, 9, 2]]},
            "URL": "https://kurier.at/politik/ausland/"
            "ukraine-krieg-soldaten-nordkorea-russland-ukraine/403080167",
        },
        credibility="3",
    ),
)

BODY = (
    "<p>Am 18. Oktober 2024 teilte Südkoreas Geheimdienst NIS mit, Nordkorea habe mit der"
    " Verlegung von Soldaten nach Russland begonnen: Rund 1500 Mann einer Spezialtruppe seien"
    " zwischen dem 8. und dem 13. Oktober auf Schiffen der russischen Marine nach Wladiwostok"
    " gebracht worden. Beide Regierungen wiesen das zurück. Am 21. Oktober sprach ein"
    " Vertreter Nordkoreas in einem Ausschuss der Vereinten Nationen von haltlosen Gerüchten, am"
    " 30. Oktober nannte Russlands Botschafter die Berichte im Sicherheitsrat bloße"
    " Behauptungen.</p>"
    "<p>Ein halbes Jahr später klang das anders. Am 26. April 2025 lobte Russlands"
    " Generalstabschef Waleri Gerassimow in einem Bericht an Präsident Wladimir Putin die"
    " nordkoreanischen Soldaten, die in der Region Kursk an der Seite der russischen gekämpft"
    " hatten. Am 28. April gab auch Nordkorea den Einsatz zu: Nach einer von der Staatsagentur KCNA"
    " verbreiteten Erklärung hatte Machthaber Kim Jong Un ihn selbst beschlossen. Zwischen der"
    " Mitteilung aus Seoul und dem Lob aus Moskau lagen 190 Tage.</p>"
    "<h2>Warum Kursk</h2>"
    "<p>Am 6. August 2024 waren ukrainische Truppen über die Grenze in die russische Region Kursk"
    " vorgestoßen. Dort, auf russischem Boden, standen ihnen später auch Nordkoreaner gegenüber."
    " Auf ukrainischem Gebiet waren diese nach Einschätzung des britischen"
    " Verteidigungsministeriums bis Ende März 2025 nicht im Einsatz.</p>"
    "<p>Beide Regierungen berufen sich auf denselben Text: Am 19. Juni 2024 unterzeichneten Putin"
    " und Kim in Pjöngjang einen Vertrag, der militärischen Beistand vorsieht, wenn eine Seite"
    " angegriffen wird und dadurch im Krieg steht. In Kraft trat er erst am 4. Dezember 2024,"
    " Wochen nachdem Seoul die ersten Soldaten in Russland gemeldet hatte.</p>"
    "<h2>Wie viele kamen</h2>"
    "<p>Wer Zahlen sucht, ist auf Schätzungen angewiesen. Südkoreas Generalstab ging Ende März"
    " 2025 davon aus, dass Nordkorea zunächst rund 11.000 Soldaten nach Russland geschickt hatte."
    " Im Januar und Februar seien wohl mindestens 3000 weitere gefolgt. Zusammen wären das"
    " mindestens 14.000 Soldaten. Genauer als ihre Teile ist diese Summe nicht, und sie sagt"
    " nicht, wie viele gleichzeitig im Einsatz waren. Der NIS nannte Ende April eine ähnliche"
    " Zahl: 15.000, entsandt in zwei Schritten.</p>"
    "<h2>Wie viele starben</h2>"
    "<p>Ende März 2025 schätzte das britische Verteidigungsministerium, dass in Kursk mehr als"
    " 5000 Nordkoreaner ausgefallen seien, etwa ein Drittel von ihnen gefallen. Ursache seien vor"
    " allem große, verlustreiche Angriffe zu Fuß. Der NIS sprach am 30. April von rund 4700 Toten"
    " und Verwundeten, unter ihnen etwa 600 Tote.</p>"
    "<p>Bei den Ausfällen insgesamt liegen London und Seoul also nicht weit auseinander. Wie viele"
    " Soldaten starben, ist dagegen umstritten: Aus der britischen Schätzung ergeben sich rund"
    " 1700 Tote, fast dreimal so viele wie nach der südkoreanischen. Worauf beide im Einzelnen"
    " beruhen, lässt sich von außen nicht nachvollziehen. Wir nennen deshalb beide und legen uns"
    " auf keine fest.</p>"
    "<p>Fester ist der Boden bei Einzelfällen. Am 11. Januar 2025 gab der ukrainische Präsident"
    " Wolodymyr Selenskyj bekannt, dass in der Region Kursk zwei verwundete Nordkoreaner gefangen"
    " genommen worden waren; der NIS bestätigte es am Tag darauf. Einer der beiden soll einen"
    " russischen Militärausweis bei sich gehabt haben, der auf einen anderen Namen lautete. Das"
    " berichtet der ukrainische Inlandsgeheimdienst SBU; unabhängig prüfen ließ es sich nicht.</p>"
    "<h2>Was Nordkorea dafür bekommt</h2>"
    "<p>Nach Darstellung des NIS erhielt Pjöngjang für Soldaten und Waffen unter anderem"
    " Flugabwehrraketen, Drohnen und Geräte für die elektronische Kriegführung. Ob das die ganze"
    " Gegenleistung ist und wie viel Geld floss, lässt sich mit unseren Quellen nicht sagen.</p>"
    "<h2>Ein Blick zurück</h2>"
    "<p>Es ist das erste Mal seit dem Koreakrieg, dass Nordkorea Soldaten in einen fremden Krieg"
    " schickt.</p>"
    "<p>Vieles bleibt offen. Wir führen diesen Text fort; jede Fassung bleibt lesbar.</p>"
)

FIRST_VERSION = (
    Write(by="reporter", body=BODY),
    ClaimSpec(
        key="mitteilung",
        statement="Der südkoreanische Geheimdienst NIS teilte am 18. Oktober 2024 mit, Nordkorea"
        " habe zwischen dem 8. und dem 13. Oktober rund 1500 Soldaten auf russischen Schiffen nach"
        " Wladiwostok gebracht.",
        passages=(
            (
                "body",
                "Am 18. Oktober 2024 teilte Südkoreas Geheimdienst NIS mit, Nordkorea habe mit der"
                " Verlegung von Soldaten nach Russland begonnen: Rund 1500 Mann einer Spezialtruppe"
                " seien zwischen dem 8. und dem 13. Oktober auf Schiffen der russischen Marine nach"
                " Wladiwostok gebracht worden",
            ),
        ),
        voice="reported",
        attribution="NIS, Geheimdienst der Republik Korea",
        as_of=date(2024, 10, 18),
        citations=(Cite("kbs-oktober", note="Nennt Tage, Zahl und Hafen."),),
    ),
    ClaimSpec(
        key="dementi",
        statement="Ein Vertreter Nordkoreas nannte die Berichte am 21. Oktober 2024 bei den"
        " Vereinten Nationen haltlose Gerüchte, Russlands Botschafter am 30. Oktober im"
        " Sicherheitsrat bloße Behauptungen.",
        passages=(
            (
                "body",
                "Beide Regierungen wiesen das zurück. Am 21. Oktober sprach ein Vertreter"
                " Nordkoreas in einem Ausschuss der Vereinten Nationen von haltlosen Gerüchten, am"
                " 30. Oktober nannte Russlands Botschafter die Berichte im Sicherheitsrat bloße"
                " Behauptungen",
            ),
        ),
        voice="reported",
        attribution="Vertreter Nordkoreas und Russlands bei den Vereinten Nationen",
        as_of=date(2024, 10, 30),
        citations=(
            Cite("scmp-un", note="Sitzung am späten Montag, 21. Oktober, New Yorker Zeit."),
            Cite("afp-sicherheitsrat", note="Mittwoch, 30. Oktober."),
        ),
    ),
    ClaimSpec(
        key="moskau",
        statement="Russlands Generalstabschef Gerassimow würdigte am 26. April 2025 öffentlich"
        " nordkoreanische Soldaten, die in der Region Kursk mitgekämpft hatten.",
        passages=(
            ("standfirst", "Nordkoreanische Soldaten kämpften in der russischen Region Kursk"),
            (
                "body",
                "Am 26. April 2025 lobte Russlands Generalstabschef Waleri Gerassimow in einem"
                " Bericht an Präsident Wladimir Putin die nordkoreanischen Soldaten, die in der"
                " Region Kursk an der Seite der russischen gekämpft hatten",
            ),
            (
                "body",
                "Dort, auf russischem Boden, standen ihnen später auch Nordkoreaner gegenüber",
            ),
        ),
        as_of=date(2025, 4, 26),
        risk="high",
        citations=(Cite("nknews"),),
    ),
    ClaimSpec(
        key="pjoengjang",
        statement="Nordkorea gab den Einsatz am 28. April 2025 zu; Kim Jong Un hatte ihn nach"
        " dieser Erklärung selbst beschlossen.",
        passages=(
            (
                "body",
                "Am 28. April gab auch Nordkorea den Einsatz zu: Nach einer von der Staatsagentur"
                " KCNA verbreiteten Erklärung hatte Machthaber Kim Jong Un ihn selbst beschlossen",
            ),
        ),
        as_of=date(2025, 4, 28),
        risk="high",
        citations=(Cite("ap-kcna", note="Koreanische Zeit: 28. April."),),
    ),
    ClaimSpec(
        key="dauer",
        statement="Zwischen der Mitteilung des NIS und der Bestätigung aus Moskau lagen 190 Tage.",
        passages=(
            ("headline", "ein halbes Jahr lang"),
            ("body", "Ein halbes Jahr später"),
            ("body", "Zwischen der Mitteilung aus Seoul und dem Lob aus Moskau lagen 190 Tage"),
        ),
        risk="low",
        rests_on=("mitteilung", "moskau"),
    ),
    ClaimSpec(
        key="vorstoss",
        statement="Ukrainische Truppen stießen am 6. August 2024 in die russische Region Kursk"
        " vor.",
        passages=(
            (
                "body",
                "Am 6. August 2024 waren ukrainische Truppen über die Grenze in die russische"
                " Region Kursk vorgestoßen",
            ),
        ),
        risk="low",
        citations=(Cite("grenze"),),
    ),
    ClaimSpec(
        key="ort",
        statement="Bis Ende März 2025 waren die Nordkoreaner nach britischer Einschätzung nicht"
        " auf ukrainischem Gebiet im Einsatz.",
        passages=(
            (
                "body",
                "Auf ukrainischem Gebiet waren diese nach Einschätzung des britischen"
                " Verteidigungsministeriums bis Ende März 2025 nicht im Einsatz",
            ),
        ),
        voice="reported",
        attribution="Britisches Verteidigungsministerium",
        as_of=date(2025, 3, 28),
        citations=(Cite("uk-maerz"),),
    ),
    ClaimSpec(
        key="vertrag",
        statement="Der Vertrag vom 19. Juni 2024, auf den sich beide Regierungen berufen, sieht in"
        " Artikel 4 militärischen Beistand vor, wenn eine Seite angegriffen wird und dadurch im"
        " Krieg steht.",
        passages=(
            (
                "body",
                "Beide Regierungen berufen sich auf denselben Text: Am 19. Juni 2024"
                " unterzeichneten Putin und Kim in Pjöngjang einen Vertrag, der militärischen"
                " Beistand vorsieht, wenn eine Seite angegriffen wird und dadurch im Krieg steht",
            ),
        ),
        citations=(
            Cite("vertrag", locator="Art. 4"),
            Cite("kreml", note="Gerassimow nennt den Vertrag."),
            Cite("ap-kcna", note="Die Erklärung nennt den Vertrag."),
        ),
    ),
    ClaimSpec(
        key="inkraft",
        statement="Der Vertrag trat am 4. Dezember 2024 in Kraft, nach der ersten Mitteilung aus"
        " Seoul.",
        passages=(
            (
                "body",
                "In Kraft trat er erst am 4. Dezember 2024, Wochen nachdem Seoul die ersten"
                " Soldaten in Russland gemeldet hatte",
            ),
        ),
        rests_on=("mitteilung",),
        citations=(Cite("interfax"),),
    ),
    ClaimSpec(
        key="erste",
        statement="Nach Einschätzung des südkoreanischen Generalstabs hatte Nordkorea zunächst"
        " rund 11.000 Soldaten nach Russland geschickt.",
        passages=(
            (
                "body",
                "Südkoreas Generalstab ging Ende März 2025 davon aus, dass Nordkorea zunächst rund"
                " 11.000 Soldaten nach Russland geschickt hatte",
            ),
        ),
        voice="reported",
        attribution="Vereinigter Generalstab der Republik Korea",
        as_of=date(2025, 3, 27),
        citations=(Cite("joongang"),),
    ),
    ClaimSpec(
        key="weitere",
        statement="Nach Einschätzung des südkoreanischen Generalstabs folgten im Januar und"
        " Februar 2025 mindestens 3000 weitere Soldaten.",
        passages=(("body", "Im Januar und Februar seien wohl mindestens 3000 weitere gefolgt"),),
        voice="reported",
        attribution="Vereinigter Generalstab der Republik Korea",
        as_of=date(2025, 3, 27),
        citations=(Cite("joongang"),),
    ),
    ClaimSpec(
        key="summe",
        statement="Aus beiden Angaben des Generalstabs zusammen ergeben sich mindestens 14.000"
        " Soldaten.",
        passages=(
            (
                "body",
                "Zusammen wären das mindestens 14.000 Soldaten. Genauer als ihre Teile ist diese"
                " Summe nicht",
            ),
        ),
        attribution="eigene Rechnung",
        as_of=date(2025, 3, 27),
        rests_on=("erste", "weitere"),
        citations=(Cite("kbs-april", "context", note="15.000 nach Angaben des NIS."),),
    ),
    ClaimSpec(
        key="nis-gesamt",
        statement="Nach Angaben des NIS entsandte Nordkorea bis Ende April 2025 in zwei Schritten"
        " 15.000 Soldaten.",
        passages=(
            (
                "body",
                "Der NIS nannte Ende April eine ähnliche Zahl: 15.000, entsandt in zwei Schritten",
            ),
        ),
        voice="reported",
        attribution="NIS, Geheimdienst der Republik Korea",
        as_of=date(2025, 4, 30),
        citations=(Cite("kbs-april"),),
    ),
    ClaimSpec(
        key="london",
        statement="Das britische Verteidigungsministerium schätzte Ende März 2025, dass in Kursk"
        " mehr als 5000 Nordkoreaner ausgefallen seien, etwa ein Drittel davon gefallen, vor allem"
        " bei großen Angriffen zu Fuß.",
        passages=(
            (
                "body",
                "Ende März 2025 schätzte das britische Verteidigungsministerium, dass in Kursk mehr"
                " als 5000 Nordkoreaner ausgefallen seien, etwa ein Drittel von ihnen gefallen."
                " Ursache seien vor allem große, verlustreiche Angriffe zu Fuß",
            ),
        ),
        voice="reported",
        attribution="Britisches Verteidigungsministerium",
        as_of=date(2025, 3, 28),
        risk="high",
        citations=(Cite("uk-maerz"),),
    ),
    ClaimSpec(
        key="seoul",
        statement="Der NIS nannte am 30. April 2025 rund 4700 Tote und Verwundete, darunter etwa"
        " 600 Tote.",
        passages=(
            (
                "body",
                "Der NIS sprach am 30. April von rund 4700 Toten und Verwundeten, unter ihnen etwa"
                " 600 Tote",
            ),
        ),
        voice="reported",
        attribution="NIS, Geheimdienst der Republik Korea",
        as_of=date(2025, 4, 30),
        risk="high",
        citations=(Cite("kbs-april"), Cite("unn-april", note="Dieselbe Unterrichtung.")),
    ),
    ClaimSpec(
        key="ausfaelle",
        statement="Bei der Gesamtzahl der Ausfälle liegen die Schätzungen aus London und Seoul nah"
        " beieinander: mehr als 5000 und rund 4700.",
        passages=(
            (
                "body",
                "Bei den Ausfällen insgesamt liegen London und Seoul also nicht weit auseinander",
            ),
        ),
        as_of=date(2025, 4, 30),
        rests_on=("london", "seoul"),
    ),
    ClaimSpec(
        key="tote",
        statement="Bis zum Frühjahr 2025 starben in Kursk rund 1700 nordkoreanische Soldaten, wie"
        " es aus der britischen Schätzung folgt.",
        passages=(
            (
                "body",
                "Wie viele Soldaten starben, ist dagegen umstritten: Aus der britischen Schätzung"
                " ergeben sich rund 1700 Tote, fast dreimal so viele wie nach der südkoreanischen",
            ),
        ),
        as_of=date(2025, 4, 30),
        risk="high",
        rests_on=("london",),
        citations=(
            Cite("uk-maerz", note="Etwa ein Drittel von mehr als 5000."),
            Cite("kbs-april", "contradicts", note="Etwa 600."),
        ),
    ),
    ClaimSpec(
        key="gefangene",
        statement="Die Ukraine gab am 11. Januar 2025 bekannt, in der Region Kursk zwei verwundete"
        " Nordkoreaner gefangen genommen zu haben; der NIS bestätigte es am 12. Januar.",
        passages=(
            (
                "body",
                "Am 11. Januar 2025 gab der ukrainische Präsident Wolodymyr Selenskyj bekannt, dass"
                " in der Region Kursk zwei verwundete Nordkoreaner gefangen genommen worden waren;"
                " der NIS bestätigte es am Tag darauf",
            ),
        ),
        as_of=date(2025, 1, 12),
        citations=(Cite("selenskyj"), Cite("dw-gefangene")),
    ),
    ClaimSpec(
        key="ausweis",
        statement="Einer der beiden Gefangenen hatte einen russischen Militärausweis auf einen"
        " anderen Namen bei sich.",
        passages=(
            (
                "body",
                "Einer der beiden soll einen russischen Militärausweis bei sich gehabt haben, der"
                " auf einen anderen Namen lautete. Das berichtet der ukrainische"
                " Inlandsgeheimdienst SBU; unabhängig prüfen ließ es sich nicht",
            ),
        ),
        attribution="Sicherheitsdienst der Ukraine (SBU)",
        as_of=date(2025, 1, 11),
        citations=(Cite("sbu"),),
    ),
    ClaimSpec(
        key="gegenleistung",
        statement="Nach Darstellung des NIS erhielt Nordkorea unter anderem Flugabwehrraketen,"
        " Drohnen und Geräte für die elektronische Kriegführung.",
        passages=(
            (
                "body",
                "Nach Darstellung des NIS erhielt Pjöngjang für Soldaten und Waffen unter anderem"
                " Flugabwehrraketen, Drohnen und Geräte für die elektronische Kriegführung",
            ),
        ),
        voice="reported",
        attribution="NIS, Geheimdienst der Republik Korea",
        as_of=date(2025, 4, 30),
        citations=(Cite("unn-april"),),
    ),
    ClaimSpec(
        key="erstmals",
        statement="Nordkorea schickt zum ersten Mal seit dem Koreakrieg Soldaten in einen fremden"
        " Krieg.",
        passages=(
            (
                "standfirst",
                "Zum ersten Mal seit dem Koreakrieg zog Pjöngjang damit in einen fremden Krieg",
            ),
            (
                "body",
                "Es ist das erste Mal seit dem Koreakrieg, dass Nordkorea Soldaten in einen fremden"
                " Krieg schickt",
            ),
        ),
        citations=(Cite("kbs-oktober"),),
    ),
    Move(by="reporter", state="check", to="checker"),
    Check("mitteilung"),
    Check("dementi"),
    Check("moskau"),
    Check("pjoengjang"),
    Check("dauer", note="18. Oktober 2024 bis 26. April 2025, nachgerechnet."),
    Check("vorstoss"),
    Check("ort"),
    Check("vertrag"),
    Check("inkraft"),
    Check("erste"),
    Check("weitere", note="In der Quelle „3,000 or more“: „mindestens“ trifft es."),
    Check(
        "summe",
        "partly",
        confirmed=True,
        note="Die Rechnung stimmt, beide Summanden sind Schätzungen. Der Text sagt es.",
    ),
    Check("nis-gesamt"),
    Check("london"),
    Check("seoul", note="Beide Belege gehen auf dieselbe Unterrichtung zurück."),
    Check("ausfaelle"),
    Check("tote", "disputed", confirmed=True, note="Der Text nennt beide Zahlen."),
    Check("gefangene"),
    Check("ausweis", "unverifiable", confirmed=True, note="Nur der SBU berichtet es."),
    Check("gegenleistung"),
    Check("erstmals", note="KBS, 18. Oktober 2024."),
    ReadAll(),
    Move(by="checker", state="ready", to="publisher"),
    Publish(kind="first", waivers=ONE_SOURCE),
)

CORRECTION = (
    CiteMore(
        "erstmals",
        Cite("pribbenow", "contradicts", note="Hinweis eines Lesers: Piloten über Nordvietnam."),
        by="editor",
    ),
    CiteMore("erstmals", Cite("shazly", "contradicts", note="Piloten in Ägypten, 1973.")),
    Check(
        "erstmals",
        "refuted",
        note="KBS schreibt: keine Bodentruppen in dieser Größenordnung. Der Zusatz fehlt bei uns,"
        " und ohne ihn ist der Satz falsch.",
    ),
    Withdraw(claim="erstmals", by="reporter", comment="Falsch, siehe Prüfung."),
    Revise(
        by="reporter",
        changes=(
            Change(
                "standfirst",
                " Zum ersten Mal seit dem Koreakrieg zog Pjöngjang damit in einen fremden Krieg.",
                "",
            ),
            Change(
                "body",
                "Es ist das erste Mal seit dem Koreakrieg, dass Nordkorea Soldaten in einen fremden"
                " Krieg schickt.",
                "Das erste Mal ist es nicht. In den sechziger Jahren flogen nordkoreanische Piloten"
                " im Vietnamkrieg gegen amerikanische Flugzeuge; im Norden Vietnams erinnern 14"
                " Grabsteine an die Toten. 1973 kamen nordkoreanische Piloten nach"
                " Ägypten, wie der damalige Generalstabschef Saad el Shazly in seinen Erinnerungen"
                " berichtet. Neu ist nach Darstellung des südkoreanischen Senders KBS das Ausmaß:"
                " Bodentruppen in dieser Größenordnung habe Nordkorea zuvor nie entsandt. In der"
                " ersten Fassung dieses Textes fehlte diese Einschränkung.",
            ),
        ),
        comment="Korrektur: nicht das erste Mal",
    ),
    ClaimSpec(
        key="vietnam",
        statement="Nordkoreanische Piloten flogen in den sechziger Jahren im Vietnamkrieg gegen"
        " amerikanische Flugzeuge; im Norden Vietnams erinnern 14 Grabsteine an die Toten.",
        passages=(
            (
                "body",
                "Das erste Mal ist es nicht. In den sechziger Jahren flogen nordkoreanische Piloten"
                " im Vietnamkrieg gegen amerikanische Flugzeuge; im Norden Vietnams erinnern 14"
                " Grabsteine an die Toten",
            ),
        ),
        as_of=date(2019, 2, 20),
        citations=(
            Cite("pribbenow", note="Übersetzte vietnamesische Dokumente."),
            Cite("ap-vietnam", note="Besuch am Gedenkort, Februar 2019."),
        ),
    ),
    ClaimSpec(
        key="aegypten",
        statement="1973 kamen nordkoreanische Piloten nach Ägypten.",
        passages=(
            (
                "body",
                "1973 kamen nordkoreanische Piloten nach Ägypten, wie der damalige Generalstabschef"
                " Saad el Shazly in seinen Erinnerungen berichtet",
            ),
        ),
        voice="reported",
        attribution="Saad el Shazly, damals Generalstabschef Ägyptens",
        citations=(Cite("shazly"),),
    ),
    ClaimSpec(
        key="ausmass",
        statement="Nach Darstellung von KBS hat Nordkorea nie zuvor Bodentruppen in dieser"
        " Größenordnung entsandt.",
        passages=(
            (
                "body",
                "Neu ist nach Darstellung des südkoreanischen Senders KBS das Ausmaß: Bodentruppen"
                " in dieser Größenordnung habe Nordkorea zuvor nie entsandt",
            ),
        ),
        voice="reported",
        attribution="KBS World Radio",
        as_of=date(2024, 10, 18),
        citations=(Cite("kbs-oktober"),),
    ),
    Check("vietnam"),
    Check("aegypten"),
    Check("ausmass"),
    ReadAll(),
    Publish(
        kind="correction",
        waivers=ONE_SOURCE,
        note="Es ist nicht das erste Mal seit dem Koreakrieg, dass Nordkorea Soldaten in einen"
        " fremden Krieg schickt.",
        corrections=(
            Corrected(
                wrong="In der ersten Fassung hieß es im Vorspann und im vorletzten Absatz,"
                " Nordkorea schicke zum ersten Mal seit dem Koreakrieg Soldaten in einen fremden"
                " Krieg.",
                right="Nordkoreanische Piloten waren schon im Vietnamkrieg und 1973 in Ägypten im"
                " Einsatz. Unsere Quelle hatte nur gesagt, Nordkorea habe nie zuvor Bodentruppen"
                " in dieser Größenordnung entsandt.",
            ),
        ),
    ),
)

UPDATE = (
    Revise(
        by="reporter",
        changes=(
            Change(
                "body",
                "<p>Vieles bleibt offen.",
                "<h2>Nachtrag</h2><p>Seither haben beide Stellen ihre Zahlen erhöht: Im Juni 2025"
                " sprach das britische Verteidigungsministerium von mehr als 6000 Ausfällen, im"
                " September desselben Jahres bezifferte der NIS die Zahl der Toten auf rund"
                " 2000.</p><p>Vieles bleibt offen.",
            ),
        ),
        comment="Neuere Schätzungen",
    ),
    ClaimSpec(
        key="nachtrag",
        statement="Das britische Verteidigungsministerium sprach im Juni 2025 von mehr als 6000"
        " Ausfällen, der NIS im September 2025 von rund 2000 Toten.",
        passages=(
            (
                "body",
                "Seither haben beide Stellen ihre Zahlen erhöht: Im Juni 2025 sprach das britische"
                " Verteidigungsministerium von mehr als 6000 Ausfällen, im September desselben"
                " Jahres bezifferte der NIS die Zahl der Toten auf rund 2000",
            ),
        ),
        voice="reported",
        attribution="Britisches Verteidigungsministerium; NIS",
        as_of=date(2025, 9, 2),
        risk="high",
        citations=(
            Cite("uk-juni"),
            Cite("kurier", note="Der NIS nach Angaben eines Abgeordneten, 2. September."),
        ),
    ),
    Check("nachtrag"),
    ReadAll(),
    Publish(
        kind="update",
        note="Neuere Schätzungen aus London und Seoul ergänzt.",
        waivers=ONE_SOURCE,
    ),
)

PIECE = Piece(
    slug="nordkoreas-soldaten-in-kursk",
    language="de",
    section="politik",
    tags=("nordkorea", "russland", "ukraine"),
    bylines=("ida-sommerfeld", "jonas-wiekhorst"),
    kicker="Krieg gegen die Ukraine",
    headline="Der Einsatz, den es ein halbes Jahr lang nicht gab",
    standfirst="Nordkoreanische Soldaten kämpften in der russischen Region Kursk. Zum ersten Mal"
    " seit dem Koreakrieg zog Pjöngjang damit in einen fremden Krieg. Was belegt ist, was"
    " umstritten bleibt und was sich nicht prüfen lässt.",
    steps=FIRST_VERSION + CORRECTION + UPDATE,
)
