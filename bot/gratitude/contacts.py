"""Finds links and contact details in a sentence, also disguised ones. Pure.

Rather strict: whoever is stopped by mistake is told how to say it otherwise, and nothing that leads away passes.
Look-alike letters: a small part of Unicode's confusables (https://www.unicode.org/Public/security/latest/confusables.txt).
"""

import re
import unicodedata

_ALIKE = str.maketrans(
    "асеіјоруѕхԁԛԝһӏкмтвнгпαεικνορτυχѵɡıℓоս。،․∙·",
    "aceijopysxdqwhlkmtbhrnaeiknoptuxvgiloo.....",
)
"""Cyrillic, Greek and other letters that look like Latin ones, and dots that look like a full stop."""

# Country codes (ISO 3166 and IANA's root zone) and the endings that people and spammers use most.
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc "
    "cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd "
    "ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg "
    "kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv "
    "mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa "
    "sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug "
    "uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_COMMON = (
    "com net org info biz edu gov mil int xyz app dev link click shop online site store club top live life world today "
    "blog cloud tech page chat social email news media pro mobi name agency berlin wien hamburg koeln cat icu vip win "
    "bid loan men work space website fun xn--p1ai xn--fiqs8s"
)
_UNMISTAKABLE = "com net org info biz xyz io ru gg cc cn"
"""Endings that are hardly ever the first word of a sentence."""

# Some endings in other scripts, as they read once their letters are replaced by those that look like them.
_ENDING = f"{_COUNTRIES} {_COMMON} pф рф pyc рус 中国 中國 한국".replace(" ", "|")
_STRONG = _UNMISTAKABLE.replace(" ", "|")
_LABEL = r"[^\W_][\w-]*"

_LINKS = (
    re.compile(r"[a-z][a-z0-9+.-]*\s*:\s*/\s*/|\bwww\s*\.|\b(?:mailto|tel|sms|tg|javascript)\s*:\s*\S"),
    re.compile(rf"{_LABEL}\.(?:{_ENDING})(?![\w-])"),
    re.compile(rf"{_LABEL}\s+\.\s*(?:{_ENDING})(?![\w-])"),  # nobody puts a space before a full stop
    re.compile(rf"{_LABEL}\s*\.\s*(?:{_STRONG})(?![\w-])"),
    re.compile(rf"{_LABEL}\s*\.\s*[a-z]{{2,}}/\w"),
    re.compile(rf"{_LABEL}\s*[(\[{{]?\s*\b(?:dot|punkt)\b\s*[)\]}}]?\s*(?:{_STRONG}|de|at|ch|uk)(?![\w-])"),
    re.compile(r"(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)"),
)
_NAMES = (
    re.compile(r"@[\w<]|[\w>]@"),
    re.compile(r"\w\s*[(\[{]\s*(?:at|ät)\s*[)\]}]\s*\w"),
    re.compile(r"<[@#&!]"),
    re.compile(r"\b\w{2,32}#\d{4}\b"),  # a Discord name of the old kind
)
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d\s*[-–—/]\s*(?:19|20)\d\d(?!\d)")
_ROUND = re.compile(r"(?<!\d)[1-9]\d{0,2}(?:[ .,'’]000)+(?!\d)")
_NUMBER = re.compile(r"(?:\+|\b00)?[(]?\d(?:[\s().,/–—-]*\d){6,}")
"""A phone number has seven digits or more (ITU-T E.164: up to fifteen)."""

_DOTTED = re.compile(r"[^\W_][\w-]*\.[^\W\d_]{2,}")
_SCRIPTS = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN"))

_UNSEEN = ("Cf", "Mn", "Me", "Cc")


def leads_away(text: str) -> bool:
    """Return whether the text holds a link, an address, an @name or a phone number, as far as can be told."""
    return _poses(text) or any(_found(plain) for plain in {_plain(text), _plain("".join(text.splitlines()))})


def _poses(text: str) -> bool:
    """Return whether a word before a dot mixes letters of scripts that look alike, whatever its ending is."""
    words = [label for dotted in _DOTTED.findall(text) for label in dotted.split(".")]
    return any(len({unicodedata.name(char, "").split(" ")[0] for char in word} & _SCRIPTS) > 1 for word in words)


def _found(plain: str) -> bool:
    if any(pattern.search(plain) for pattern in (*_LINKS, *_NAMES)):
        return True
    for harmless in (_DATE, _YEARS, _ROUND):
        plain = harmless.sub(" · ", plain)
    return _NUMBER.search(plain) is not None


def _plain(text: str) -> str:
    """Return the text in small Latin-looking letters, without what cannot be seen."""
    kept = "".join(
        char
        for char in unicodedata.normalize("NFKD", text)
        if char.isspace() or unicodedata.category(char) not in _UNSEEN
    )
    return kept.casefold().translate(_ALIKE)
