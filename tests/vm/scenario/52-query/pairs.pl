#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# pairs.pl FOLDERS: pairs of a random pattern and names near it, the same ones at each run. Each pattern stands below a folder of its
# own, so that one profile holds 25; at every fourth folder a denial stands beside it. Prints how many pairs there are, and writes
#   query.profile   the profiles query-0, query-1, ...
#   query.names     a line per name: the number of its profile, and its bytes in hex
#   query.log       a record per name, whose comm is the number of its line: what armorctl check is asked
use strict;
use warnings;

srand 1;
my @parts = (qw(a b / * ** ? /* /** [ab] [^a] [a-c] [-a] [^^] [b/] \* \? \[ \{ . + ^ $ | [.+|()] \052 \x62 [^/b-c] ~),
    "\\,", "\\\\", "(", " ", "[{},]");
my @letters = ("a", "b", "c", "ab", "ba", "aa", "bb", "abc", "");
my @more = (@letters, "a/b", "b/", "/a", "aa/b/c", "*", "?", "[a]", "{a,b}", ",", "\\", "^", "+", "~", " ", "\n", "\"");

sub one_of { return $_[int rand @_] }

sub pattern {
    my ($depth) = @_;
    my $text = "";
    for (0 .. int rand 5) {
        if ($depth < 2 && rand() < 0.15) {
            $text .= "{" . join(",", map { rand() < 0.2 ? "" : pattern($depth + 1) } 0 .. 1 + int rand 2) . "}";
        } else {
            $text .= rand() < 0.4 ? one_of(@parts[0 .. 2]) : one_of(@parts);
        }
    }
    return $text;
}

# The pattern of FOLDER. One slash stands for several there, and a backslash would take the quote behind it. Stars without end
# make the parser take for ever.
sub pattern_of {
    my ($folder) = @_;
    my $stars = 0;
    my $text = "/p$folder/" . pattern(0);
    $text =~ s{//+}{/}g;
    $text =~ s/\\$/\\z/;
    $text =~ s{(?<!\\)\*+}{$stars++ ? $stars > 4 ? "a" : "*" : "**"}ge;
    return $text;
}

# A name near the pattern TEXT: what has no meaning mostly stays, the rest becomes a letter or a few.
sub name {
    my ($text) = @_;
    my $name = "";
    while (length $text) {
        if ($text =~ s/^\*\**//) { $name .= one_of(@more) }
        elsif ($text =~ s/^\?//) { $name .= one_of(@letters[0 .. 2]) }
        elsif ($text =~ s/^\[[^\]]*\]//) { $name .= rand() < 0.9 ? one_of(@letters[0 .. 2]) : one_of(@more) }
        elsif ($text =~ s/^([{}]|,[^{}]*)//) { }
        elsif ($text =~ s/^\\(.)//) { $name .= $1 }
        else { $text =~ s/^(.)//s; $name .= $1 if rand() > 0.03 }
        $name .= one_of(@more) if rand() < 0.03;
    }
    return $name;
}

my %out;
for my $what (qw(profile names log)) {
    open $out{$what}, ">", "query.$what" or die "query.$what: $!";
}
print { $out{profile} } "abi <abi/3.0>,\n";
my ($count, %seen) = (0);
for my $folder (0 .. $ARGV[0] - 1) {
    my $number = int $folder / 25;
    print { $out{profile} } $folder ? "}\n" : "", "profile query-$number {\n" if $folder % 25 == 0;
    my ($allow, $deny) = (pattern_of($folder), $folder % 4 ? undef : pattern_of($folder));
    print { $out{profile} } qq(  "$allow" r,\n), defined $deny ? qq(  deny "$deny" r,\n) : "";
    for (my ($got, $tries) = (0, 0); $got < 100 && $tries < 150; $tries++) {
        my $near = defined $deny && rand() < 0.5 ? $deny : $allow;
        my $name = "/p$folder/" . name(substr $near, length "/p$folder/");
        next if $seen{$name}++;
        my $hex = uc unpack "H*", $name;
        print { $out{names} } "$number $hex\n";
        printf { $out{log} } "type=AVC msg=audit(1700000000.000:%d): apparmor=\"ALLOWED\" operation=\"open\" profile=\"query-%d\" "
            . "name=%s comm=\"q%d\" requested_mask=\"r\" denied_mask=\"r\" fsuid=1 ouid=0\n", $count + 1, $number, $hex, $count;
        $count++;
        $got++;
    }
}
print { $out{profile} } "}\n";
close $_ or die "query.*: $!" for values %out;
print "$count\n";
