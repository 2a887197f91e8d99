#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""profile_equal.py LEARNED_RULES FOLDER: each NAME.in of FOLDER teaches what the NAME.profile beside it says.

The rules are compared by the classes of upstream's own aa-logprof, and word by word where it has no class for the kind. A
difference that is meant stands in DELIBERATE with its reason, and each entry there must be needed. Exit 77: skipped."""

import glob
import os
import re
import subprocess
import sys

try:
    from apparmor.rule.capability import CapabilityRule
    from apparmor.rule.change_profile import ChangeProfileRule
    from apparmor.rule.dbus import DbusRule
    from apparmor.rule.file import FileRule
    from apparmor.rule.network import NetworkRule
    from apparmor.rule.ptrace import PtraceRule
    from apparmor.rule.rlimit import RlimitRule
    from apparmor.rule.signal import SignalRule
except ImportError:
    print("SKIP: python3-apparmor isn't installed")
    sys.exit(77)

CLASSES = {"capability": CapabilityRule, "change_profile": ChangeProfileRule, "dbus": DbusRule, "network": NetworkRule,
           "ptrace": PtraceRule, "set": RlimitRule, "signal": SignalRule}

NONE = "#"  # a rule that says nothing: no rule at all


def path_alone(rule):
    """The path of a file rule, whatever is done to it; quotes stay."""
    return re.sub(r"^(owner )?(link )?(\"[^\"]*\"|\S+).*$", r"\3", rule)


# Which of their rules (a pattern), how both are made alike, and why ours is meant to differ.
DELIBERATE = [
    (r"^owner .* l,$", lambda ours: path_alone(ours), lambda theirs: path_alone(theirs),
     "a link rule names what it links to; l alone would let it be anything"),
    (r"^/bin/ping mrix,$", lambda ours: "# no record protocol" in ours and NONE, lambda theirs: NONE,
     "the kernel writes protocol= as a number: a record with a word there isn't its own"),
    (r"^network .*(\(|ip=|port=)", lambda ours: ours,
     lambda theirs: re.sub(r" (ip|port|peer)=(\([^)]*\)|[^\s,]+)", "", re.sub(r" \([^)]*\)", "", theirs)),
     "family and type alone: abi 3.0 mediates neither addresses nor single permissions"),
    (r"^owner ", lambda ours: ours, lambda theirs: theirs.removeprefix("owner "),
     "whose file it is isn't learned: a container's users vary by image"),
    (r"^owner /lib/x86_64-linux-gnu/libdl", lambda ours: "# getattr" == ours and NONE, lambda theirs: NONE,
     "a stat isn't mediated"),
    (r"^mqueue getattr type=posix,$", lambda ours: "# nameless" == ours and NONE, lambda theirs: NONE,
     "a queue without a name: a rule without one would be for every queue"),
]


def words(rule):
    """The words of a rule, lists of them as sets: enough to compare kinds that upstream's package has no class for."""
    rule = re.sub(r"\(([^)]*)\)", lambda found: "(" + "+".join(sorted(re.split(r"[\s,]+", found[1].strip()))) + ")", rule)
    parts = rule.rstrip(",").replace("+", "\0").split()
    return sorted(part.strip("()").replace("=(", "=").replace('"', "") for part in parts)


def equal(ours, theirs):
    if ours == theirs:
        return True
    kind = theirs.split()[0].rstrip(",")
    rule_class = CLASSES.get(kind, FileRule if re.match(r'^(owner )?["/]', theirs) else None)
    if rule_class and not ours.startswith("#"):
        try:
            return rule_class.parse(ours).is_equal(rule_class.parse(theirs))
        except Exception:  # newer grammar than the installed package knows
            pass
    return words(ours) == words(theirs)


def rules_of(profile):
    """The rules of a .profile, those in its hats too: which hat or null child a rule stands in is the label's matter."""
    with open(profile, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line.endswith(",")]


def main():
    program, folder = sys.argv[1:]
    cases = sorted(glob.glob(os.path.join(folder, "*.in")))
    cases = [case for case in cases if os.path.exists(case[:-2] + "profile")]
    if not cases:
        print(f"SKIP: no case in {folder}")
        return 77
    learned = {case: [] for case in cases}
    for line in subprocess.run([program, *cases], check=True, capture_output=True, text=True).stdout.splitlines():
        case, rule = line.split("\t", 1)
        learned[case].append(rule)
    same = explained = failures = 0
    used = set()
    for case in cases:
        theirs = rules_of(case[:-2] + "profile")
        ours = learned[case]
        if not theirs and all(rule.startswith("#") for rule in ours):
            same += 1
            continue
        if len(ours) == len(theirs) and all(equal(a, b) for a, b in zip(ours, theirs)):
            same += 1
            continue
        reason = None
        for number, (pattern, make_ours, make_theirs, _) in enumerate(DELIBERATE):
            if len(ours) == len(theirs) == 1 and re.search(pattern, theirs[0]) and \
                    equal(make_ours(ours[0]) or "", make_theirs(theirs[0])):
                reason = number
                break
        if reason is None:
            failures += 1
            print(f"{os.path.basename(case)}: we learn {ours}, upstream {theirs}")
        else:
            used.add(reason)
            explained += 1
    for number, row in enumerate(DELIBERATE):
        if number not in used:
            failures += 1
            print(f"no case needs the deliberate difference `{row[0]}`")
    print(f"{len(cases)} cases: {same} equal, {explained} differ for a reason, {failures} without")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
