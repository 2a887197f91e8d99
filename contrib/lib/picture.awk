# SPDX-License-Identifier: GPL-2.0-or-later
# What contrib/demo prints, as a picture for the README:
#
#     sudo contrib/demo --vm >demo.log && awk -f contrib/lib/picture.awk demo.log >docs/demo.svg
#
# Told shorter where it's long: of the profile the first rules, and no container's number.

function escaped(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    return text
}
# line TEXT COLOUR: a line of the picture, or several of a long sentence; an empty one only makes room, and two of them no more than one.
function line(text, colour,    bold, at, indent) {
    if (text ~ /^ *$/) {
        if (!room) y += STEP
        room = 1
        return
    }
    room = 0
    y += STEP
    bold = colour == WHITE ? " font-weight=\"bold\"" : ""
    at = length(text)
    if (at > WIDE && text ~ /audit: /) text = substr(text, 1, WIDE - 3) "..."
    else if (at > WIDE)
        for (at = WIDE; at > 1 && substr(text, at, 1) != " ";) at--
    lines = lines sprintf("<text x=\"18\" y=\"%d\" fill=\"%s\"%s>%s</text>\n", y, colour, bold, escaped(substr(text, 1, at)))
    match(text, /^ */)
    indent = RLENGTH + 4
    if (at < length(text)) line(sprintf("%" indent "s%s", "", substr(text, at + 1)), colour)
}
function colour_of(text) {
    if (text ~ /^[0-9]+\. |^That's all/) return WHITE
    if (text ~ /^  \$ /) return "#7fd7ff"
    if (text ~ /^  - |NOT AS PROMISED/) return "#ff8f87"
    if (text ~ /^  \+ /) return "#8fe388"
    return "#d6dbe3"
}

BEGIN {
    WHITE = "#ffffff"
    STEP = 17
    WIDE = 122 # characters
    RULES = 44 # of the profile's lines
    y = 35
}
/^[0-9]+\. / { chapter = $0 + 0 }
!chapter { next } # building and booting
/^    [0-9a-f]+$/ && length($0) == 68 { next }
/^    ( *$|Start the container under it)/ && chapter == 2 && learned { next }
/\$ armorctl learn/ { learned = 1 }
/^The same container again/ { learned = 0 }
learned && !/^  \$ |^    Learning/ { next }
chapter == 3 && /^    / {
    if (++profile > RULES && !/^    }/) {
        more += /,$/
        next
    }
    if (/^    }/) line("          ... " more " more rules ...", "#9aa4b2")
}
{
    sub(/type=1400 audit\([0-9.:]+\): /, "")
    line($0, colour_of($0))
}
END {
    high = y + 24
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1010\" height=\"%d\" viewBox=\"0 0 1010 %d\" role=\"img\" aria-label=\"%s\">\n", high, high,
        "What contrib/demo prints: a container under docker-default is taken apart, learned, enforced, and the same attacks are refused"
    printf "<rect width=\"1010\" height=\"%d\" rx=\"10\" fill=\"#1b1f27\"/>\n", high
    print "<g fill=\"#454c59\"><circle cx=\"22\" cy=\"20\" r=\"6\"/><circle cx=\"42\" cy=\"20\" r=\"6\"/><circle cx=\"62\" cy=\"20\" r=\"6\"/></g>"
    print "<g font-family=\"ui-monospace,DejaVu Sans Mono,Menlo,monospace\" font-size=\"13\" xml:space=\"preserve\">"
    print "<text x=\"90\" y=\"25\" fill=\"#9aa4b2\">$ sudo contrib/demo</text>"
    printf "%s</g></svg>\n", lines
}
