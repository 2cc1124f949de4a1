"""The search of the Chinese edition.

Words of the index are cut by jieba, which is told the glossary's terms. Sphinx's own script takes a
run of Chinese in a query for one word; ours cuts it into the longest words that the index has.
"""

import csv
import json
import os
import re
from functools import cache
from pathlib import Path

import jieba
from sphinx.search.zh import SearchChinese

from sobe import atomic

_SPLITTER = r"""
var splitQuery = (query) => {
  const known = (word) =>
    Object.hasOwn(Search._index.terms, word) || Object.hasOwn(Search._index.titleterms, word);
  const words = (run) => {
    const found = [];
    for (let at = 0; at < run.length; ) {
      let size = Math.min(run.length - at, 12);
      while (size > 1 && !known(run.slice(at, at + size))) size -= 1;
      if (size > 1) found.push(run.slice(at, at + size));
      at += size;
    }
    return found.length ? found : [run];
  };
  return (query.match(/[\u3400-\u9fff]+|[a-zA-Z0-9_]+/g) || [])
    .flatMap((part) => (/[\u3400-\u9fff]/.test(part) ? words(part) : [part]));
};
"""


_RUN = re.compile("[\u3400-\u9fff]+")


def prepare(cache):
    """Load jieba's dictionary once: from the folder `cache`, or, if that is None, from its text.

    Reading the text takes a second. jieba's own cache would be believed whatever it holds.
    """
    if jieba.dt.initialized:
        return
    path = cache and Path(cache) / f"jieba-{jieba.__version__}.json"
    content = atomic.load(path) if path else None
    words = _words(content) if content else None
    if words is None:
        words = jieba.dt.gen_pfdict(jieba.dt.get_dict_file())
        if path:
            atomic.store(path, json.dumps(words, ensure_ascii=False).encode())
    jieba.dt.FREQ, jieba.dt.total = words
    jieba.dt.initialized = True


def _words(content):
    """Return (numbers of words, their sum) from JSON; None if it is anything else."""
    try:
        found, total = json.loads(content)
        numbers = found.values()
        # Each with a word's beginnings, whose number is 0, and all adding up.
        whole = all(type(number) is int and number >= 0 for number in numbers)
        return (found, total) if whole and sum(numbers) == total > 0 else None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


class Chinese(SearchChinese):
    """Sphinx's Chinese search with the glossary's terms; its option `glossary` is the file."""

    #: Of the stemmer that its script is to use: Latin words are stemmed as English ones.
    language_name = "English"
    js_splitter_code = _SPLITTER

    def __init__(self, options):
        """Load jieba, its dictionary kept with what else the build keeps."""
        # Without this, Sphinx 9 adds jieba's whole dictionary to itself, which takes seconds.
        super().__init__(options | {"dict": ""})
        self.latin, self.stems = set(), {}
        prepare(os.environ.get("SOBE_BUNDLE_CACHE"))
        if path := options.get("glossary"):
            with open(path, encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    for term in row["zh"].split("；"):
                        jieba.add_word(term)

    def split(self, input):
        """Words of a text: Chinese ones and the shorter words in them, and Latin ones."""
        latin = self.latin1_letters.findall(input)
        self.latin.update(latin)
        return [word for run in _RUN.findall(input) for word in _cut(run)] + latin

    def stem(self, word):
        """As the parent does, without its walk through a list of all words for each."""
        if word not in self.stems:
            stemmed = self.stemmer.stemWord(word.lower())
            self.stems[word] = (
                word.lower() if word in self.latin and len(word) >= 3 > len(stemmed) else stemmed
            )
        return self.stems[word]


@cache
def _cut(run):
    """Return the words of a run of Chinese, and the shorter words in them. Labels repeat."""
    return tuple(jieba.cut_for_search(run))
