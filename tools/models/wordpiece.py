# SPDX-License-Identifier: Apache-2.0
"""BERT's tokenizer for uncased models (Devlin et al., 2019; github.com/google-research/bert)."""
import json
import unicodedata

LONGEST_WORD = 100  # characters; a longer one is unknown


def is_punctuation(character):
    code = ord(character)
    ascii_symbol = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return ascii_symbol or unicodedata.category(character).startswith("P")


def is_control(character):
    return character not in "\t\n\r" and unicodedata.category(character).startswith("C")


def is_chinese(character):
    code = ord(character)
    return any(first <= code <= last for first, last in (
        (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
        (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)))


class Tokenizer:
    def __init__(self, tokenizer_json):
        """From the text of a tokenizer.json (format of the `tokenizers` library)."""
        self.vocabulary = json.loads(tokenizer_json)["model"]["vocab"]

    def words(self, text):
        """Lower-case words without accents; each punctuation mark is one."""
        text = unicodedata.normalize("NFD", text.lower())
        word = ""
        for character in text:
            if unicodedata.category(character) == "Mn" or is_control(character) or \
                    character in "\0\ufffd":
                continue
            alone = is_punctuation(character) or is_chinese(character)
            if alone or character.isspace():
                if word:
                    yield word
                word = ""
                if alone:
                    yield character
            else:
                word += character
        if word:
            yield word

    def pieces(self, word):
        """Ids of the longest pieces of the vocabulary, from the left; unknown if some part is not."""
        unknown = [self.vocabulary["[UNK]"]]
        if len(word) > LONGEST_WORD:
            return unknown
        found, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            end = next((end for end in range(len(word), start, -1)
                        if prefix + word[start:end] in self.vocabulary), None)
            if end is None:
                return unknown
            found.append(self.vocabulary[prefix + word[start:end]])
            start = end
        return found

    def encode(self, text):
        """[CLS] pieces [SEP]"""
        ids = [piece for word in self.words(text) for piece in self.pieces(word)]
        return [self.vocabulary["[CLS]"], *ids, self.vocabulary["[SEP]"]]
