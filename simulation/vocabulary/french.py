"""French words: families, trades by sector, places as they stand in company names, streets.

Lists follow the order of `simulation.sectors.DEBTOR_SECTORS` where they are by sector. Families that are also
well-known brands (Michelin, Leclerc, Renault ...) are left out on purpose.
"""

from simulation.vocabulary import words

FAMILIES = (
    *words(
        "Aubertin Barbier Baudoin Bellanger Bernard Berthier Besnard Blanchard Bodin Boisseau Bonnet Bouchet Boulanger Bourdin Bouvier "
        "Briand Brunel Camus Carlier Chabert Chapuis Charpentier Charron Chauvin Chevallier Clément Collet Cordier Cousin Daniel "
        "Delattre Delaunay Delmas Deschamps Desmoulins Devaux Didier Dubois Duchemin Dufour Dumoulin Dupont Dupuis Durand Duval Fabre Faivre "
        "Favre Ferrand Fontaine Foucher Fournier Gaillard Garnier Gaudin Gauthier Gautier Gérard Gilbert Girard Godard Goujon Grandjean "
        "Grenier Grosjean Guérin Guichard Guillet Guillot Hamel Hardy Hébert Henry Hervé Huet Humbert Jacob Jacquet Joly Jourdan Lacombe "
        "Lagarde Lambert Lamy Langlois Laporte Laurent Lebreton Leblanc Lecomte Lefebvre Lefort Legall Lejeune Lemaire Lemoine Leroux Leroy "
        "Lesage Levasseur Lopez Mace Mahé Maillard Mallet Marchand Marin Martin Masson Mathieu Maurin Menard Mercier Meunier Millet Monnier "
        "Moreau Morel Morin Moulin Navarro Nicolas Noël Oger Pages Parmentier Pasquier Payet Pelletier Perrin Perrot Petitjean "
        "Pichon Poirier Poulain Prévost Raynaud Renaud Rey Ribeiro Richard Rigaud Rivière Robin Roche Roussel Rousset Roux Royer Sabatier "
        "Salmon Sauvage Schmitt Simon Tanguy Tessier Thibault Thomas Tissot Turpin Vaillant Valentin Vallet Vasseur Verdier Vidal Villard "
        "Vincent Voisin Wagner Weber"
    ),
    "Le Goff", "Le Bihan", "Le Roux", "Le Gall", "Da Costa", "De Sousa", "Saint-Martin", "Di Meo", "El Amrani", "Van de Velde",
)  # fmt: skip

FIRST_NAMES = words(
    "Alain André Anne Antoine Bernard Bruno Catherine Cécile Christian Claire Claude Daniel Denis Didier Élise Émilie Éric Fabrice "
    "François Frédéric Gérard Gilles Hélène Hervé Isabelle Jacques Jean Jérôme Julien Karim Laurent Lucie Marc Marie Mehdi Michel Nadia "
    "Nicolas Olivier Pascal Patrick Paul Philippe Pierre René Sophie Stéphane Sylvie Thierry Yannick"
)

TRADES = (
    ("Maçonnerie", "Bâtiment", "Construction", "Gros Œuvre", "Charpente", "Travaux Publics", "Rénovation", "Terrassement", "Couverture"),
    ("Plomberie", "Électricité", "Peinture", "Menuiserie", "Carrelage", "Chauffage", "Isolation", "Plâtrerie", "Climatisation"),
    ("Boulangerie", "Pâtisserie", "Le Fournil", "Chocolaterie", "Boucherie", "Charcuterie", "Traiteur", "Biscuiterie", "Fromagerie"),
    ("Hôtel", "Restaurant", "Brasserie", "Auberge", "Café", "Résidence", "Camping", "Le Bistrot", "Relais"),
    ("Épicerie", "Primeurs", "Supérette", "Halles", "Marché", "Comptoir Alimentaire", "Cave", "Fruits et Légumes", "Poissonnerie"),
    ("Domaine", "Vignobles", "Pépinières", "Ferme", "Serres", "Élevage", "Coopérative Agricole", "Céréales", "Vergers"),
    ("Mécanique", "Chaudronnerie", "Tôlerie", "Métallerie", "Serrurerie", "Fonderie", "Usinage", "Soudure", "Décolletage"),
    ("Garage", "Carrosserie", "Automobiles", "Pneus Services", "Auto Pièces", "Motoculture", "Dépannage", "Poids Lourds", "Cycles"),
    ("Transports", "Messagerie", "Logistique", "Déménagements", "Autocars", "Taxis", "Fret", "Affrètement", "Entrepôts"),
    ("Informatique", "Réseaux", "Télécom", "Systèmes", "Logiciels", "Numérique", "Ingénierie", "Conseil", "Data Services"),
    ("Imprimerie", "Signalétique", "Édition", "Studio", "Publicité", "Reprographie", "Sérigraphie", "Communication", "Façonnage"),
    ("Scierie", "Ébénisterie", "Parquets", "Meubles", "Agencement", "Bois", "Tonnellerie", "Emballages", "Cuisines"),
    ("Confection", "Textiles", "Maroquinerie", "Chaussures", "Bonneterie", "Boutique", "Mercerie", "Tissages", "Broderie"),
    ("Pharmacie", "Optique", "Laboratoire", "Cosmétiques", "Ambulances", "Clinique", "Matériel Médical", "Parfumerie", "Prothèses"),
)  # fmt: skip

SUFFIXES = (
    "et Fils",
    "Frères",
    "& Associés",
    "Père et Fils",
    "& Cie",
    "Services",
    "Group",
    "Industrie",
    "Développement",
    "Atlantique",
)

REGIONS = (
    ("Bretagne", "Bretonne"), ("Normandie", "Normande"), ("Lorraine", "Lorraine"), ("Alsace", "Alsacienne"), ("Savoie", "Savoyarde"),
    ("Provence", "Provençale"), ("Auvergne", "Auvergnate"), ("Picardie", "Picarde"), ("Vendée", "Vendéenne"), ("Anjou", "Angevine"),
    ("Bourgogne", "Bourguignonne"), ("Gascogne", "Gasconne"), ("Champagne", "Champenoise"), ("Jura", "Jurassienne"),
    ("Flandres", "Flamande"), ("Aquitaine", "Aquitaine"), ("Limousin", "Limousine"), ("Béarn", "Béarnaise"), ("Corse", "Corse"),
    ("Touraine", "Tourangelle"), ("Dauphiné", "Dauphinoise"), ("Roussillon", "Catalane"), ("Ardennes", "Ardennaise"),
    ("Vosges", "Vosgienne"), ("Poitou", "Poitevine"), ("Nivernais", "Nivernaise"), ("Quercy", "Quercynoise"), ("Artois", "Artésienne"),
)  # fmt: skip

LANDMARKS = (
    "du Port", "de la Gare", "du Centre", "des Halles", "du Vieux Pont", "de la Vallée", "du Moulin", "des Quatre Vents", "de la Plaine",
    "du Château", "de la Source", "des Trois Rivières", "du Lac", "de la Forêt", "du Marché", "de l'Estuaire", "des Remparts",
    "de la Tour", "du Canal", "des Tilleuls", "du Plateau", "de la Citadelle", "du Faubourg", "de l'Abbaye", "des Platanes",
)  # fmt: skip

STREETS = words(
    "rue des Lilas|rue de la République|avenue du Général de Gaulle|rue Victor Hugo|boulevard Carnot|rue des Artisans|zone artisanale "
    "des Prés|rue Jean Jaurès|impasse du Moulin|route de Paris|avenue de la Gare|rue Pasteur|chemin des Vignes|quai de la Marne|"
    "rue des Écoles|parc d'activités de la Plaine|allée des Platanes|place du Marché|rue Denis Papin|rue de l'Industrie",
    "|",
)

FORMS = (
    ("SARL", 36),
    ("SAS", 32),
    ("SASU", 8),
    ("EURL", 9),
    ("SA", 6),
    ("SNC", 3),
    ("SCOP", 1.5),
    ("SCEA", 1),
    ("GIE", 0.5),
    ("", 3),
)
"""Legal forms with their weights; an empty one is a company registered without a form in its name."""

FARM_FORMS = (("EARL", 38), ("SCEA", 22), ("GAEC", 20), ("SARL", 12), ("SAS", 8))
