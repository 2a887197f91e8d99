/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliberate.h"

/* Who reads something in the field. */
enum side { WE_ONLY, THEY_ONLY, BOTH_OTHERWISE };

/*
 * One kind of difference: in FIELD, on lines that have NEEDLE (from their start, with AT_START). WE_ONLY rows of the verdict are
 * records that libapparmor 3.0.8 refuses, and WHY says what in them it doesn't know.
 */
static const struct {
    enum reading_field field;
    enum side side;
    const char *needle;
    bool at_start;
    const char *why;
} reasons[] = {
    {READING_VERDICT, WE_ONLY, " class=\"", false, "class=, which Linux 6.x writes"},
    {READING_VERDICT, WE_ONLY, "type=1400 audit(", true, "the kernel's text without a log's prefix"},
    {READING_VERDICT, WE_ONLY, "type=1503 audit(", true, "the same with an old type"},
    {READING_VERDICT, WE_ONLY, "[", true, "printk's time with no host in front"},
    {READING_VERDICT, WE_ONLY, "kernel: ", true, "a tag with no host in front"},
    {READING_VERDICT, WE_ONLY, "localhost: audit: ", false, "a colon behind the host"},
    {READING_VERDICT, WE_ONLY, "audit: type=1400", true, "the tag audit: alone"},
    {READING_VERDICT, WE_ONLY, "audit[", false, "the journal's own rendering"},
    {READING_VERDICT, WE_ONLY, "apparmor=", true, "a record that has lost its head"},
    {READING_VERDICT, WE_ONLY, "AVC apparmor=", true, "a record with its type's name only"},
    {READING_VERDICT, WE_ONLY, "audit.log:type=", true, "a grep's file name in front"},
    {READING_VERDICT, WE_ONLY, "/var/log/", true, "a grep's path in front"},
    {READING_VERDICT, WE_ONLY, "FSUID=", false, "auditd's enrichment, its separator lost"},
    {READING_VERDICT, WE_ONLY, "\035", false, "auditd's enrichment"},
    {READING_VERDICT, WE_ONLY, "subj=", false, "the label of a user message's sender"},
    {READING_VERDICT, WE_ONLY, " addr=\"", false, "the address of a Unix socket"},
    {READING_VERDICT, WE_ONLY, " addr=none", false, "the lack of such an address"},
    {READING_VERDICT, WE_ONLY, " value=18446744073709551615", false, "a limit that is none, of 64 bits"},
    {READING_VERDICT, WE_ONLY, " srcname=", false, "a source in hex"},
    {READING_VERDICT, WE_ONLY, " peer=", false, "a peer in hex"},
    {READING_VERDICT, WE_ONLY, "info=\"AppArmor Filesystem Enabled\"", false, "no operation"},
    {READING_VERDICT, THEY_ONLY, "protocol=\"tcp\"", false,
     "the kernel writes protocols as numbers: not its own line"},
    {READING_COMM, THEY_ONLY, " exe=\"", false,
     "exe= is the sender's program, dbus-daemon, not the subject's name"},
    {READING_NAME, THEY_ONLY, "capname=\"", false, "we have capabilities in a field of their own"},
};

const char *deliberate_reason(const char *line, enum reading_field field, const struct reading *ours,
                              const struct reading *theirs)
{
    enum side side = !theirs->present[field] ? WE_ONLY : !ours->present[field] ? THEY_ONLY : BOTH_OTHERWISE;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        const char *found = strstr(line, reasons[i].needle);
        if (reasons[i].field == field && reasons[i].side == side && found &&
            (!reasons[i].at_start || found == line)) {
            return reasons[i].why;
        }
    }
    return NULL;
}
