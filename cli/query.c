/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries of URLs. See query.h. */
#include "query.h"

void query_add(struct armor_text *url, const char *key, const char *value)
{
    if (!value) {
        return;
    }
    bool first = !url->length || !memchr(url->bytes, '?', url->length);
    armor_text_format(url, "%c%s=", first ? '?' : '&', key);
    for (; *value; value++) {
        if (armor_is_alnum(*value) || strchr("-._~/", *value)) {
            armor_text_char(url, *value);
        } else {
            armor_text_format(url, "%%%02X", (unsigned)(unsigned char)*value);
        }
    }
}
