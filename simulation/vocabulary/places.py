"""Real towns with a real postcode. French ones: at least one for each department of the mainland and Corsica."""

from functools import cache

from simulation.vocabulary import words

_FRENCH = """
01000 Bourg-en-Bresse|01100 Oyonnax|02000 Laon|02100 Saint-Quentin|02200 Soissons|03000 Moulins|03100 Montluçon|03200 Vichy
04000 Digne-les-Bains|04100 Manosque|05000 Gap|05100 Briançon|06000 Nice|06130 Grasse|06400 Cannes|06600 Antibes|07000 Privas
07100 Annonay|07200 Aubenas|08000 Charleville-Mézières|08200 Sedan|09000 Foix|09100 Pamiers|10000 Troyes|11000 Carcassonne
11100 Narbonne|12000 Rodez|12100 Millau|13001 Marseille|13008 Marseille|13100 Aix-en-Provence|13200 Arles|13300 Salon-de-Provence
13400 Aubagne|13500 Martigues|14000 Caen|14100 Lisieux|14400 Bayeux|15000 Aurillac|16000 Angoulême|16100 Cognac|17000 La Rochelle
17100 Saintes|17300 Rochefort|18000 Bourges|18100 Vierzon|19000 Tulle|19100 Brive-la-Gaillarde|20000 Ajaccio|20200 Bastia
21000 Dijon|21200 Beaune|22000 Saint-Brieuc|22100 Dinan|22300 Lannion|23000 Guéret|24000 Périgueux|24100 Bergerac|25000 Besançon
25200 Montbéliard|25300 Pontarlier|26000 Valence|26100 Romans-sur-Isère|26200 Montélimar|27000 Évreux|27200 Vernon|28000 Chartres
28100 Dreux|29000 Quimper|29200 Brest|29600 Morlaix|30000 Nîmes|30100 Alès|31000 Toulouse|31200 Toulouse|31700 Blagnac
31600 Muret|32000 Auch|33000 Bordeaux|33500 Libourne|33600 Pessac|33700 Mérignac|34000 Montpellier|34200 Sète|34500 Béziers
35000 Rennes|35300 Fougères|35400 Saint-Malo|35500 Vitré|36000 Châteauroux|37000 Tours|37400 Amboise|38000 Grenoble
38200 Vienne|38300 Bourgoin-Jallieu|38500 Voiron|39000 Lons-le-Saunier|39100 Dole|40000 Mont-de-Marsan|40100 Dax|41000 Blois
41100 Vendôme|42000 Saint-Étienne|42300 Roanne|43000 Le Puy-en-Velay|44000 Nantes|44600 Saint-Nazaire|44800 Saint-Herblain
45000 Orléans|45200 Montargis|46000 Cahors|46100 Figeac|47000 Agen|47300 Villeneuve-sur-Lot|48000 Mende|49000 Angers|49300 Cholet
49400 Saumur|50000 Saint-Lô|50100 Cherbourg-en-Cotentin|50300 Avranches|51000 Châlons-en-Champagne|51100 Reims|51200 Épernay
52000 Chaumont|52100 Saint-Dizier|53000 Laval|54000 Nancy|54300 Lunéville|55000 Bar-le-Duc|55100 Verdun|56000 Vannes
56100 Lorient|56300 Pontivy|57000 Metz|57100 Thionville|57200 Sarreguemines|58000 Nevers|59000 Lille|59100 Roubaix
59140 Dunkerque|59200 Tourcoing|59300 Valenciennes|59400 Cambrai|59500 Douai|59600 Maubeuge|60000 Beauvais|60100 Creil
60200 Compiègne|61000 Alençon|61200 Argentan|62000 Arras|62100 Calais|62200 Boulogne-sur-Mer|62300 Lens|62400 Béthune
63000 Clermont-Ferrand|63300 Thiers|63200 Riom|64000 Pau|64100 Bayonne|65000 Tarbes|66000 Perpignan|67000 Strasbourg
67500 Haguenau|67600 Sélestat|68000 Colmar|68100 Mulhouse|68300 Saint-Louis|69001 Lyon|69003 Lyon|69007 Lyon|69100 Villeurbanne
69200 Vénissieux|69400 Villefranche-sur-Saône|69800 Saint-Priest|70000 Vesoul|70200 Lure|71000 Mâcon|71100 Chalon-sur-Saône
71200 Le Creusot|72000 Le Mans|72200 La Flèche|73000 Chambéry|73100 Aix-les-Bains|73200 Albertville|74000 Annecy|74100 Annemasse
74300 Cluses|75002 Paris|75008 Paris|75010 Paris|75011 Paris|75012 Paris|75015 Paris|75017 Paris|75019 Paris|76000 Rouen
76200 Dieppe|76600 Le Havre|77000 Melun|77100 Meaux|77300 Fontainebleau|78000 Versailles|78200 Mantes-la-Jolie|78300 Poissy
79000 Niort|79200 Parthenay|79300 Bressuire|80000 Amiens|80100 Abbeville|81000 Albi|81100 Castres|82000 Montauban|83000 Toulon
83300 Draguignan|83400 Hyères|83600 Fréjus|84000 Avignon|84100 Orange|84200 Carpentras|84300 Cavaillon|85000 La Roche-sur-Yon
85100 Les Sables-d'Olonne|85500 Les Herbiers|86000 Poitiers|86100 Châtellerault|87000 Limoges|88000 Épinal|88100 Saint-Dié-des-Vosges
89000 Auxerre|89100 Sens|90000 Belfort|91000 Évry-Courcouronnes|91300 Massy|91100 Corbeil-Essonnes|92000 Nanterre
92100 Boulogne-Billancourt|92300 Levallois-Perret|92500 Rueil-Malmaison|92700 Colombes|93000 Bobigny|93100 Montreuil
93200 Saint-Denis|93300 Aubervilliers|93600 Aulnay-sous-Bois|94000 Créteil|94200 Ivry-sur-Seine|94400 Vitry-sur-Seine
94150 Rungis|95000 Cergy|95100 Argenteuil|95200 Sarcelles|95500 Gonesse
"""

_EUROPEAN = """
BE 1000 Bruxelles|BE 2000 Antwerpen|BE 3000 Leuven|BE 4000 Liège|BE 5000 Namur|BE 6000 Charleroi|BE 7000 Mons|BE 7500 Tournai
BE 8000 Brugge|BE 8500 Kortrijk|BE 9000 Gent|BE 3500 Hasselt
DE 10115 Berlin|DE 20095 Hamburg|DE 28195 Bremen|DE 30159 Hannover|DE 40213 Düsseldorf|DE 44135 Dortmund|DE 50667 Köln
DE 55116 Mainz|DE 60311 Frankfurt am Main|DE 66111 Saarbrücken|DE 68159 Mannheim|DE 70173 Stuttgart|DE 76133 Karlsruhe
DE 79098 Freiburg im Breisgau|DE 80331 München|DE 90402 Nürnberg|DE 01067 Dresden|DE 04109 Leipzig|DE 34117 Kassel
IT 00184 Roma|IT 10121 Torino|IT 16121 Genova|IT 20121 Milano|IT 24121 Bergamo|IT 25121 Brescia|IT 35121 Padova|IT 37121 Verona
IT 40121 Bologna|IT 41121 Modena|IT 50122 Firenze|IT 80133 Napoli|IT 70121 Bari|IT 90133 Palermo
ES 28013 Madrid|ES 08002 Barcelona|ES 46001 Valencia|ES 41001 Sevilla|ES 50001 Zaragoza|ES 48001 Bilbao|ES 20001 Donostia
ES 31001 Pamplona|ES 17001 Girona|ES 30001 Murcia|ES 15001 A Coruña
NL 1012 AB Amsterdam|NL 3011 AD Rotterdam|NL 3511 AA Utrecht|NL 5611 AA Eindhoven|NL 9711 LA Groningen|NL 6211 AA Maastricht
NL 5011 AA Tilburg|NL 7511 AA Enschede
GB LS1 4AP Leeds|GB M1 1AE Manchester|GB B1 1BB Birmingham|GB BS1 4DJ Bristol|GB S1 2HH Sheffield|GB NE1 7RU Newcastle upon Tyne
GB NR1 3EH Norwich|GB EX1 1GJ Exeter|GB G1 1XQ Glasgow|GB CF10 1EP Cardiff|GB CT1 2EH Canterbury
CH 1003 Lausanne|CH 1204 Genève|CH 2000 Neuchâtel|CH 1700 Fribourg|CH 3011 Bern|CH 4051 Basel|CH 8001 Zürich|CH 9000 St. Gallen
LU 1111 Luxembourg|LU 4011 Esch-sur-Alzette|LU 9010 Ettelbruck
PL 00-001 Warszawa|PL 30-001 Kraków|PL 50-001 Wrocław|PL 60-001 Poznań|PL 80-001 Gdańsk|PL 90-001 Łódź|PL 40-001 Katowice
PT 1100-148 Lisboa|PT 4000-066 Porto|PT 3000-150 Coimbra|PT 4700-030 Braga|PT 3800-156 Aveiro
SE 111 20 Stockholm|SE 411 03 Göteborg|SE 211 20 Malmö|SE 753 20 Uppsala|SE 582 22 Linköping
NO 0150 Oslo|NO 5003 Bergen|NO 7011 Trondheim|NO 4006 Stavanger|NO 4610 Kristiansand
DK 1050 København|DK 8000 Aarhus|DK 5000 Odense|DK 9000 Aalborg
FI 00100 Helsinki|FI 33100 Tampere|FI 20100 Turku|FI 90100 Oulu
IE D02 X285 Dublin|IE T12 W8KF Cork|IE V94 T28R Limerick
"""

_LARGE = words(
    "Paris Marseille Lyon Toulouse Nice Nantes Montpellier Strasbourg Bordeaux Lille Rennes Reims Toulon Grenoble Dijon Angers "
    "Nîmes Villeurbanne Rungis Rouen"
)


@cache
def french_towns() -> tuple[tuple[str, str], ...]:
    """Return (postcode, town) of France; large towns stand there several times and so are drawn more often."""
    towns = [(entry[:5], entry[6:]) for line in _FRENCH.split("\n") if line for entry in line.split("|")]
    return tuple(town for town in towns for _ in range(4 if town[1] in _LARGE else 1))


@cache
def european_towns(country: str) -> tuple[tuple[str, str], ...]:
    """Return (postcode, town) of a country by its ISO code; a town is what follows the last part with a digit."""
    towns = []
    for line in _EUROPEAN.split("\n"):
        for entry in line.split("|"):
            if entry.startswith(country + " "):
                words = entry[3:].split(" ")
                cut = (
                    max(place for place, word in enumerate(words) if any(sign.isdigit() for sign in word)) + 1
                )
                if country == "NL":
                    cut += 1
                towns.append((" ".join(words[:cut]), " ".join(words[cut:])))
    return tuple(towns)
