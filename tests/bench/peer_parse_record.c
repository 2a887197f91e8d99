/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "peer_parse_record.h"

#include <aalogparse.h>

bool peer_parse_record(char *line)
{
    aa_log_record *record = parse_record(line);
    bool found = record && record->event != AA_RECORD_INVALID;
    free_record(record);
    return found;
}
