"""Words of the other countries: families, trades by sector, legal forms and how a name is put together.

`TRADES` hold one or two words a sector, in the order of `simulation.sectors.DEBTOR_SECTORS`.
"""

from dataclasses import dataclass

from simulation.vocabulary import words


@dataclass(frozen=True, slots=True)
class Country:
    """How companies are called in one country. `leads` says whether the trade stands before the family name."""

    families: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[tuple[str, float], ...]
    leads: bool
    sons: str
    streets: tuple[str, ...]
    share: float


def _words(text: str) -> tuple[str, ...]:
    return words(text, "|")


GERMAN_TRADES = _words(
    "Bau|Haustechnik|Bäckerei|Gasthof|Feinkost|Weingut|Metallbau|Autohaus|Spedition|Datentechnik|Druckerei|Holzbau|Textil|Medizintechnik"
)
DUTCH_TRADES = _words(
    "Bouwbedrijf|Installatietechniek|Bakkerij|Hotel|Groothandel|Kwekerij|Metaalbewerking|Autobedrijf|Transport|Automatisering|Drukkerij|"
    "Houthandel|Textiel|Medische Techniek"
)
FRENCH_TRADES = _words(
    "Constructions|Chauffage|Boulangerie|Hôtel|Alimentation|Domaine|Mécanique|Garage|Transports|Informatique|Imprimerie|Menuiserie|"
    "Textiles|Laboratoire"
)
GERMAN_FAMILIES = _words(
    "Albrecht|Baumgartner|Brandt|Dietrich|Eberhardt|Engelmann|Fischer|Friedrich|Haas|Hartmann|Heinrich|Hoffmann|Jansen|Kaufmann|Keller|"
    "Kirchner|Köhler|Krämer|Lehmann|Lindner|Lorenz|Maier|Müller|Neumann|Pfeiffer|Reinhardt|Richter|Schäfer|Scholz|Schreiber|Schröder|"
    "Schuster|Seidel|Sommer|Steinbach|Vogt|Wendt|Winkler|Zimmermann"
)
DUTCH_FAMILIES = _words(
    "de Vries|van den Berg|Bakker|Janssen|Visser|Smits|Meijer|de Boer|Mulder|Dekker|Vermeulen|van Dijk|Peeters|Maes|Jacobs|Willems|Claes|"
    "Goossens|Wouters|de Smet|Hendriks|van Leeuwen|Kuipers|Postma|Verhoeven|Verstraete"
)

COUNTRIES = {
    "DE": Country(
        GERMAN_FAMILIES,
        GERMAN_TRADES,
        (
            ("GmbH", 70),
            ("GmbH & Co. KG", 14),
            ("AG", 8),
            ("KG", 4),
            ("UG (haftungsbeschränkt)", 2),
            ("SE", 2),
        ),
        leads=False,
        sons="& Söhne",
        streets=_words("Hauptstraße|Bahnhofstraße|Industriestraße|Gartenweg|Am Hafen"),
        share=0.20,
    ),
    "BE": Country(
        DUTCH_FAMILIES + _words("Lambert|Dubois|Lejeune|Collard|Delvaux|Fontaine|Marchal|Servais"),
        tuple(f"{dutch}/{french}" for dutch, french in zip(DUTCH_TRADES, FRENCH_TRADES, strict=True)),
        (("SRL", 38), ("BV", 34), ("SA", 14), ("NV", 14)),
        leads=True,
        sons="& Co",
        streets=_words("rue Haute|Kerkstraat|chaussée de Bruxelles|Stationsstraat"),
        share=0.18,
    ),
    "IT": Country(
        _words(
            "Bianchi|Colombo|Conti|Costantini|De Luca|Esposito|Fontana|Galli|Gallo|Giordano|Greco|Lombardi|Mancini|Marchetti|Mariani|Moretti|"
            "Pellegrini|Ricci|Rinaldi|Rizzo|Romano|Rossi|Russo|Santoro|Serra|Villa|Vitale"
        ),
        _words(
            "Costruzioni|Impianti|Panificio|Albergo|Alimentari|Azienda Agricola|Meccanica|Autofficina|Trasporti|Informatica|Tipografia|"
            "Arredamenti|Tessitura|Farmaceutica"
        ),
        (("S.r.l.", 68), ("S.p.A.", 18), ("S.n.c.", 9), ("S.a.s.", 5)),
        leads=True,
        sons="e Figli",
        streets=_words("via Roma|via Garibaldi|corso Italia|via dell'Industria"),
        share=0.14,
    ),
    "ES": Country(
        _words(
            "Aguilar|Blanco|Cabrera|Castro|Crespo|Delgado|Domínguez|Fuentes|Garrido|Gutiérrez|Herrera|Iglesias|Jiménez|Lozano|Medina|Molina|"
            "Moreno|Muñoz|Navarro|Núñez|Ortega|Peña|Ramos|Romero|Serrano|Vega|Vidal"
        ),
        _words(
            "Construcciones|Instalaciones|Panadería|Hostal|Alimentación|Bodegas|Talleres|Automóviles|Transportes|Sistemas|Gráficas|Maderas|"
            "Tejidos|Laboratorios"
        ),
        (("S.L.", 66), ("S.A.", 22), ("S.L.U.", 10), ("S. Coop.", 2)),
        leads=True,
        sons="e Hijos",
        streets=_words("calle Mayor|avenida de la Constitución|calle del Sol|polígono industrial Norte"),
        share=0.12,
    ),
    "NL": Country(
        DUTCH_FAMILIES,
        DUTCH_TRADES,
        (("B.V.", 84), ("N.V.", 6), ("V.O.F.", 10)),
        leads=True,
        sons="en Zonen",
        streets=_words("Dorpsstraat|Havenweg|Nijverheidsweg|Molenlaan"),
        share=0.10,
    ),
    "GB": Country(
        _words(
            "Ashworth|Barlow|Bennett|Carver|Chadwick|Dawson|Ellison|Fairclough|Garside|Harrison|Hartley|Holroyd|Ingham|Jessop|Kershaw|Lockwood|"
            "Mellor|Naylor|Ogden|Pickering|Radcliffe|Shepherd|Thornton|Underwood|Wainwright|Whitaker"
        ),
        _words(
            "Builders|Plumbing & Heating|Bakery|Inns|Foods|Farms|Engineering|Motors|Haulage|Computing|Print|Joinery|Textiles|Healthcare"
        ),
        (("Ltd", 66), ("Limited", 18), ("PLC", 10), ("LLP", 6)),
        leads=False,
        sons="& Sons",
        streets=_words("High Street|Station Road|Mill Lane|Victoria Road"),
        share=0.09,
    ),
    "CH": Country(
        GERMAN_FAMILIES[:20] + _words("Favre|Rochat|Jaquet|Monney|Zurcher|Aebi|Gerber"),
        GERMAN_TRADES,
        (("AG", 48), ("GmbH", 32), ("SA", 12), ("Sàrl", 8)),
        leads=False,
        sons="& Söhne",
        streets=_words("Bahnhofstrasse|rue du Lac|Dorfstrasse"),
        share=0.05,
    ),
    "LU": Country(
        _words("Weber|Schmit|Muller|Hoffmann|Thill|Reuter|Klein|Wagener|Kremer|Faber|Welter"),
        FRENCH_TRADES,
        (("S.à r.l.", 70), ("S.A.", 30)),
        leads=True,
        sons="& Fils",
        streets=_words("rue de Luxembourg|avenue de la Gare"),
        share=0.03,
    ),
    "PL": Country(
        _words(
            "Kowalczyk|Wiśniewski|Wójcik|Kamiński|Lewandowski|Zieliński|Szymański|Dąbrowski|Kozłowski|Jankowski|Mazur|Krawczyk|Piotrowski"
        ),
        _words(
            "Budownictwo|Instalacje|Piekarnia|Hotel|Delikatesy|Gospodarstwo Rolne|Ślusarstwo|Auto Serwis|Spedycja|Informatyka|Drukarnia|"
            "Stolarnia|Tkaniny|Medyczna"
        ),
        (("Sp. z o.o.", 80), ("S.A.", 12), ("Sp. j.", 8)),
        leads=True,
        sons="i Synowie",
        streets=_words("ul. Kościuszki|ul. Polna|ul. Ogrodowa"),
        share=0.03,
    ),
    "PT": Country(
        _words(
            "Almeida|Carvalho|Correia|Ferreira|Figueiredo|Gonçalves|Marques|Matos|Moreira|Nogueira|Pinheiro|Teixeira|Vasconcelos"
        ),
        _words(
            "Construções|Instalações|Padaria|Pensão|Mercearia|Quinta|Metalúrgica|Auto|Transportes|Informática|Gráfica|Carpintaria|Têxteis|"
            "Farmacêutica"
        ),
        (("Lda", 78), ("S.A.", 16), ("Unipessoal Lda", 6)),
        leads=True,
        sons="& Filhos",
        streets=_words("rua Direita|avenida da Liberdade|rua do Comércio"),
        share=0.02,
    ),
    "SE": Country(
        _words("Lindqvist|Bergström|Sandberg|Lundgren|Nyström|Åkesson|Hedlund|Sjöberg|Wallin|Öberg|Forsberg"),
        _words(
            "Bygg|VVS|Bageri|Hotell|Livsmedel|Lantbruk|Mekaniska|Bil|Åkeri|Data|Tryckeri|Snickeri|Textil|Medicinteknik"
        ),
        (("AB", 92), ("HB", 8)),
        leads=False,
        sons="& Söner",
        streets=_words("Storgatan|Kungsgatan|Industrivägen"),
        share=0.015,
    ),
    "NO": Country(
        _words("Haugen|Bakken|Solberg|Lunde|Strand|Moen|Eide|Myhre|Nygård|Tveit|Halvorsen"),
        _words(
            "Bygg|Rør|Bakeri|Hotell|Mat|Gartneri|Mekaniske|Bil|Transport|Data|Trykkeri|Trevare|Tekstil|Helse"
        ),
        (("AS", 94), ("ASA", 3), ("ANS", 3)),
        leads=False,
        sons="& Sønner",
        streets=_words("Storgata|Havnegata|Industriveien"),
        share=0.015,
    ),
    "DK": Country(
        _words("Sørensen|Kristoffersen|Mortensen|Vestergaard|Kjær|Nørgaard|Thomsen|Østergaard|Bruun"),
        _words("Byg|VVS|Bageri|Hotel|Fødevarer|Gartneri|Smede|Auto|Vognmand|Data|Tryk|Tømrer|Tekstil|Medico"),
        (("ApS", 66), ("A/S", 34)),
        leads=False,
        sons="& Sønner",
        streets=_words("Hovedgaden|Havnevej|Industrivej"),
        share=0.01,
    ),
    "FI": Country(
        _words("Virtanen|Korhonen|Nieminen|Mäkelä|Hämäläinen|Laine|Heikkinen|Järvinen|Salonen"),
        _words(
            "Rakennus|Putki|Leipomo|Majatalo|Elintarvike|Maatila|Konepaja|Auto|Kuljetus|Tieto|Paino|Puusepät|Tekstiili|Lääkintä"
        ),
        (("Oy", 94), ("Oyj", 6)),
        leads=False,
        sons="& Pojat",
        streets=_words("Hämeenkatu|Satamakatu|Teollisuustie"),
        share=0.01,
    ),
    "IE": Country(
        _words("Byrne|Doyle|Gallagher|Kavanagh|Lynch|Nolan|O'Driscoll|Quinlan|Tierney|Whelan"),
        _words(
            "Builders|Heating|Bakery|Guesthouse|Provisions|Farms|Engineering|Motors|Haulage|Systems|Print|Joinery|Textiles|Medical"
        ),
        (("Ltd", 70), ("DAC", 20), ("PLC", 10)),
        leads=False,
        sons="& Sons",
        streets=_words("Main Street|Dock Road|Mill Road"),
        share=0.01,
    ),
}
