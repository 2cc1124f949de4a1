"""The Chinese edition: what charts, tables, cards and scripts say, in another language.

Prose is translated by Sphinx itself from the catalogues of the chapters. Everything that code
writes is translated here, at the last step, in the finished page: so nothing is executed again
for another language, and chapters know nothing of it.
"""

#: Language (as Sphinx calls it) to the folder of its edition, the first being the source's.
EDITIONS = {"en": "en", "zh_CN": "zh"}
#: Folder of an edition to its own name, as the switch on every page shows it.
NAMES = {"en": "English", "zh": "简体中文"}
#: Folder of an edition to the language tag of its pages.
TAGS = {"en": "en", "zh": "zh-Hans"}
#: The catalogue of what code says; those of the chapters bear the chapters' names.
MESSAGES = "messages"
#: The catalogue of what scripts in the page say: pieces of their source.
SCRIPTS = "scripts"
