#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# ask.pl: asks the kernel through its query interface for each line of query.names, and prints "qNUMBER" for each that may not be
# read. A query is "label", NUL, the profile, NUL, a byte for the class (2: files), the name; its answer has the bits that are allowed.
use strict;
use warnings;
use Fcntl;

use constant { CLASS_FILE => 2, MAY_READ => 4 };

open my $names, "<", "query.names" or die "query.names: $!";
while (my $line = <$names>) {
    my ($number, $hex) = $line =~ /^(\d+) ([0-9A-F]*)$/ or die "query.names:$.: $line";
    my $query = "label\0query-$number\0" . chr(CLASS_FILE) . pack "H*", $hex;
    sysopen my $access, "/sys/kernel/security/apparmor/.access", O_RDWR or die "open: $!";
    (syswrite $access, $query) == length $query or die "write: $!";
    sysread $access, my $answer, 4096 or die "read: $!";
    my ($allowed) = $answer =~ /^allow 0x([0-9a-f]+)/m or die "query.names:$.: $answer";
    print "q", $. - 1, "\n" if !(hex($allowed) & MAY_READ);
}
