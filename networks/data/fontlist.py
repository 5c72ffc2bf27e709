"""The fonts that the glyph templates are made from, and what of them is left out.

All are under the SIL Open Font License 1.1, and each is the npm package `@fontsource/NAME`. The
choice was made by looking at a sheet of every font: fonts whose small letters are capitals, whose
letters are joined, boxed or decorated beyond reading are not here, and single glyphs that a reader
would take for another character are left out below.
"""

from networks.data.classes import CAPITALS


def _names(words: str) -> list[str]:
    return words.split()


HANDWRITING = _names("""
annie-use-your-telescope architects-daughter bad-script balsamiq-sans beth-ellen bubblegum-sans
caveat caveat-brush cedarville-cursive chilanka comic-neue comic-relief cookie courgette
covered-by-your-grace damion dancing-script dekko delicious-handrawn delius edu-nsw-act-foundation
edu-qld-beginner edu-sa-beginner edu-tas-beginner edu-vic-wa-nt-beginner farsan finger-paint gaegu
gamja-flower give-you-glory gloria-hallelujah gochi-hand grandstander grape-nuts hachi-maru-pop
handlee happy-monkey hi-melody indie-flower itim just-me-again-down-here kalam kaushan-script
kavivanar kiwi-maru klee-one la-belle-aurore lemonada licorice long-cang loved-by-the-king
mali mansalva marck-script mclaren merienda mynerve nanum-brush-script nanum-pen-script nerko-one
neucha nothing-you-could-do oooh-baby over-the-rainbow pacifico pangolin patrick-hand playpen-sans
poor-story reenie-beanie sedgwick-ave shadows-into-light shadows-into-light-two shantell-sans
short-stack single-day sniglet sofia square-peg sriracha swanky-and-moo-moo
the-girl-next-door vibur waiting-for-the-sunrise yomogi yusei-magic zen-kurenaido zeyada
""")

PRINT = _names("""
abeezee alegreya andika anonymous-pro arvo asap atkinson-hyperlegible averia-libre barlow-condensed
bitter cabin cantarell cardo comfortaa cormorant-garamond courier-prime crimson-text didact-gothic
dosis eb-garamond exo-2 fredoka gelasio hind ibm-plex-mono ibm-plex-sans inconsolata inter
josefin-sans jost karla lato lexend libre-baskerville lora maven-pro merriweather montserrat nunito
old-standard-tt open-sans oswald overpass playfair-display poppins pt-sans pt-serif quicksand
rajdhani rubik sen signika space-grotesk space-mono spectral teko urbanist
varela-round vollkorn work-sans zilla-slab
""")

HELD_OUT = frozenset(
    _names("""
architects-daughter beth-ellen dekko delius gaegu indie-flower kalam klee-one mansalva
merienda nothing-you-could-do pangolin playpen-sans sriracha swanky-and-moo-moo the-girl-next-door
waiting-for-the-sunrise
alegreya comfortaa courier-prime ibm-plex-sans lato merriweather oswald playfair-display quicksand
rubik zilla-slab
""")
)
"""Fonts for testing alone; none of them is a sister of one that is trained on."""

UNREADABLE = {
    # Zeros struck through or dotted, ones like a capital I.
    "anonymous-pro": "0",
    "atkinson-hyperlegible": "0",
    "cormorant-garamond": "1",
    "dosis": "0",
    "ibm-plex-mono": "0",
    "inconsolata": "0",
    "sedgwick-ave": "0",
    "space-mono": "0",
    "vollkorn": "1",
    # Flourished capitals.
    "beth-ellen": "FGHIJLSTZz",
    "cedarville-cursive": CAPITALS + "lz&",
    "cookie": "HTUVW",
    "damion": "z",
    "la-belle-aurore": CAPITALS + "&",
    "licorice": CAPITALS + "0",
    "marck-script": CAPITALS,
    "pacifico": CAPITALS + "z",
    "sofia": CAPITALS + "z4",
    "vibur": "VW",
    "zeyada": "J&",
    # Capitals among the small letters, a z like a 3, hollow dots, marks off their place, and
    # ampersands like a plus or an E.
    "covered-by-your-grace": "&",
    "dancing-script": "z",
    "farsan": "&",
    "gamja-flower": "!?",
    "give-you-glory": "nr&",
    "gochi-hand": "z",
    "hachi-maru-pop": "ijl.,!?:;'",
    "handlee": "&",
    "hi-melody": "ij.,!?:;",
    "just-me-again-down-here": "r",
    "long-cang": "&",
    "loved-by-the-king": "&",
    "mali": ",:;",
    "nerko-one": "'\"",
    "nothing-you-could-do": "&",
    "oooh-baby": "z",
    "over-the-rainbow": "XxZzPp!?&",
    "reenie-beanie": "&",
    "shadows-into-light": "&",
    "shadows-into-light-two": "&",
    "the-girl-next-door": "&",
}
"""Of these fonts, these characters are left out."""
