"""The words that drawn values are made of: neutral, well known, and in a fixed order."""

FIRST_NAMES = (
    "Anna", "Ben", "Chloe", "Daniel", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Maya",
    "Noah", "Olivia", "Pedro", "Quinn", "Rosa", "Samuel", "Tara", "Umar", "Vera", "Wei", "Yara", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Almeida", "Becker", "Chen", "Diaz", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Jensen", "Kowalski",
    "Larsen", "Moreau", "Nakamura", "Okafor", "Patel", "Rossi", "Schmidt", "Tanaka", "Walker",
)  # fmt: skip
CITIES = (
    "Amsterdam", "Athens", "Bangkok", "Barcelona", "Berlin", "Boston", "Cairo", "Chicago", "Dublin", "Edinburgh",
    "Hamburg", "Helsinki", "Istanbul", "Lisbon", "London", "Madrid", "Melbourne", "Milan", "Montreal", "Nairobi",
    "Oslo", "Paris", "Prague", "Rome", "Seattle", "Seoul", "Singapore", "Stockholm", "Sydney", "Tokyo", "Toronto",
    "Vancouver", "Vienna", "Warsaw", "Zurich",
)  # fmt: skip
COUNTRIES = (
    "Argentina", "Australia", "Austria", "Brazil", "Canada", "Chile", "Denmark", "Egypt", "Finland", "France",
    "Germany", "Greece", "India", "Ireland", "Italy", "Japan", "Kenya", "Mexico", "Norway", "Poland", "Portugal",
    "Spain", "Sweden", "Switzerland",
)  # fmt: skip
COUNTRY_CODES = ("AU", "AT", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IN", "IT", "JP", "MX", "NL",
                 "NO", "PL", "PT", "SE", "US")  # fmt: skip
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "INR", "BRL", "MXN", "SGD")
LANGUAGE_CODES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "ja", "da", "fi")
LANGUAGES = (
    "English",
    "German",
    "French",
    "Spanish",
    "Italian",
    "Portuguese",
    "Dutch",
    "Polish",
    "Swedish",
    "Japanese",
)
LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "nl_NL", "sv_SE")
TIME_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London", "Australia/Sydney",
              "America/Chicago", "Asia/Singapore", "Europe/Madrid")  # fmt: skip
AIRPORTS = ("JFK", "LHR", "CDG", "FRA", "AMS", "MAD", "SIN", "HND", "SYD", "YYZ", "ZRH", "OSL")
TICKERS = ("AAPL", "MSFT", "TSLA", "AMZN", "NVDA", "SAP", "SONY", "SHEL", "TTE", "NESN")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COLOURS = ("red", "green", "blue", "orange", "purple", "teal", "yellow", "black", "white", "navy", "coral", "olive")
COMPANIES = ("Northwind Traders", "Blue Harbor Coffee", "Acme Robotics", "Solaris Energy", "Maple & Co", "Kite Labs",
             "Greenfield Foods", "Harbor Books", "Atlas Logistics", "Lumen Studio")  # fmt: skip
PRODUCTS = ("desk lamp", "travel mug", "wireless mouse", "notebook", "rain jacket", "yoga mat", "water bottle",
            "phone case", "office chair", "headphones", "backpack", "coffee grinder")  # fmt: skip
TITLES = ("The Long Way Home", "Night Train to Lisbon", "A Quiet Harbor", "Silver Rivers", "The Glass Garden",
          "Beyond the Ridge", "Letters from the Coast", "Winter Light", "The Last Orchard", "Paper Boats")  # fmt: skip
GENRES = ("jazz", "rock", "classical", "hip hop", "folk", "drama", "comedy", "thriller", "documentary", "fantasy")
SPORTS = ("football", "basketball", "tennis", "swimming", "cycling", "volleyball", "rowing", "hockey")
TEAMS = ("Falcons", "Tigers", "Wolves", "Comets", "Rangers", "Dolphins", "Pirates", "Eagles", "Lynx", "Sharks")
WORDS = (
    "anchor", "balance", "candle", "compass", "dolphin", "ember", "forest", "garden", "harbor", "island", "journey",
    "kettle", "lantern", "meadow", "mirror", "ocean", "pepper", "planet", "puzzle", "river", "rocket", "saddle",
    "silver", "sketch", "spring", "stone", "summit", "timber", "velvet", "violin", "window", "winter",
)  # fmt: skip
SENTENCES = (
    "The train to the coast leaves early in the morning.",
    "Our team shipped the new release before the weekend.",
    "She planted tomatoes and basil behind the old garage.",
    "Please bring a warm jacket, the evenings are cold.",
    "The library opens late on Sundays during the summer.",
    "He forgot his umbrella and walked home in the rain.",
    "Fresh bread and good coffee make a fine breakfast.",
    "The museum shows paintings from the last century.",
    "Customers love the quiet sound of the new fan.",
    "A small lamp lit the corner of the reading room.",
    "The hikers reached the summit shortly after noon.",
    "We need more chairs for the meeting next week.",
    "The quick brown fox jumps over the lazy dog.",
    "Music drifted across the square until midnight.",
)
NOTES = ("call before delivery", "leave at the front desk", "window seat if possible", "paid by card",
         "first draft", "check again next week", "gift wrap, please", "returning customer")  # fmt: skip
TAGS = ("travel", "recipes", "fitness", "design", "python", "finance", "gardening", "music", "photography", "science")
STREETS = ("12 Oak Street", "48 Mill Lane", "7 Harbor Road", "231 Park Avenue", "19 Station Road", "5 Elm Court")
POSTCODES = ("10115", "75001", "02139", "28013", "90210", "60601", "1010", "00184")
JOBS = ("nurse", "teacher", "carpenter", "analyst", "designer", "chef", "engineer", "journalist")
FOODS = ("oats", "rice", "chicken breast", "olive oil", "spinach", "yogurt", "almonds", "lentils", "salmon", "apples")
FILES = ("report.pdf", "photo.jpg", "budget.xlsx", "notes.txt", "backup.zip", "slides.pptx")
NOTE_NAMES = ("C", "D", "E", "F", "G", "A", "B", "C#", "Eb", "F#", "Bb")
CHORDS = ("C", "Am", "F", "G", "Dm", "Em", "Bb", "Cmaj7", "Dm7", "G7")
FORMULAS = ("H2O", "CO2", "NaCl", "C6H12O6", "CH4", "NH3", "CaCO3", "H2SO4")
DOMAINS = ("example.com", "example.org", "shop.example.net", "blog.example.com", "docs.example.org")
EXPRESSIONS = ("(3 + 4) * 2", "18 / 3 - 2", "2 * (5 + 7)", "9 - 4 + 6")
