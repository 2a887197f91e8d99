#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""match_equal.py MATCHED_PAIRS: random patterns and names near them, asked of our matcher and of upstream's AARE class.

That class makes a regular expression of a pattern. Where it means to say something else than what apparmor_parser compiles, the pair counts as
explained; there must be some of these. Exit 77: skipped."""

import random
import re
import subprocess
import sys

try:
    from apparmor.aare import AARE
    from apparmor.common import convert_regexp
except ImportError:
    print("SKIP: python3-apparmor isn't installed")
    sys.exit(77)

PATTERNS, NAMES, SHOWN = 2000, 50, 10

# What a pattern may be made of: all that AARE gives a meaning. It knows no backslashes, and a $ at the end isn't one for it.
PARTS = ["a", "b", "/", "*", "**", "?", "/*", "/**", "[ab]", "[^a]", "[a-c]", "[b/]", ".", "+", "(", ")", "~", "-", "ab"]
LETTERS = ["a", "b", "c", "ab", "ba", "/", "a/b", ".", "+", "-", "~", "(", ""]

# How it writes a star: never empty behind any slash. The parser's may be empty, but for one that is a whole segment.
STARS = [(f"(((?<=/)[^{slash}{nul}]+)|((?<!/)[^{slash}{nul}]*))", f"[^{slash}\\0]*")
         for slash in ("/", "") for nul in ("\0", r"\000")]


def pattern(depth=0):
    text = ""
    for _ in range(random.randint(1, 5)):
        if depth < 2 and random.random() < 0.15:
            text += "{" + ",".join(pattern(depth + 1) if random.random() < 0.8 else "" for _ in range(random.randint(2, 3))) + "}"
        else:
            text += random.choice(PARTS[:3] if random.random() < 0.4 else PARTS)
    return text


def near(text):
    """A name near the pattern TEXT: what has no meaning mostly stays, the rest becomes a letter or a few."""
    name = ""
    for part in re.findall(r"\[[^]]*\]|\*+|,[^{},]*|.", text):
        if part[0] in "*?[":
            name += random.choice(LETTERS)
        elif part[0] not in "{},":
            name += part if random.random() > 0.05 else random.choice(LETTERS)
    return re.sub("//+", "/", "/" + name)  # the kernel's names have one slash


def empty_stars(text, name):
    """What the class would say of NAME if each star could be empty."""
    regexp = convert_regexp(text)
    for theirs, empty in STARS:
        regexp = regexp.replace(theirs, empty)
    return bool(re.match(regexp, name))


def main():
    random.seed(1)
    pairs = []
    for _ in range(PATTERNS):
        text = re.sub("//+", "/", "/" + pattern())
        aare = AARE(text, True)
        pairs += [(text, name, aare.match(name)) for name in sorted({near(text) for _ in range(NAMES)})]
    lines = "".join(f"{text}\t{name}\n" for text, name, _ in pairs)
    answers = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True).stdout.split()
    assert len(answers) == len(pairs)
    explained, wrong = 0, []
    for (text, name, theirs), answer in zip(pairs, answers):
        if theirs != (answer == "1"):
            meant = not theirs and empty_stars(text, name)
            explained += meant
            if not meant:
                wrong.append(f"{text} and {name}: {'matches' if theirs else 'does not match'} there")
    print("\n".join(wrong[:SHOWN]))
    matched = answers.count("1")
    print(f"{len(pairs)} pairs, {matched} of them match; {explained} differ for a reason, {len(wrong)} without")
    return bool(wrong) or not explained or matched < len(pairs) // 10


if __name__ == "__main__":
    sys.exit(main())
