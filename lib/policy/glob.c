/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Globs: escaping, the one place that knows which bytes mean something to apparmor_parser (parser/parser_lex.l,
 * parser/parser_misc.c: processquoted, processunquoted). See armor/glob.h.
 */
#include "armor/glob.h"

/* Bytes with a meaning in a pattern; a `@` only before a brace, which is escaped itself. */
static const bool special[UINT8_MAX + 1] = {
    ['*'] = true, ['?'] = true, ['['] = true, [']'] = true,  ['{'] = true,
    ['}'] = true, ['^'] = true, [','] = true, ['\\'] = true,
};

static bool is_special(char byte)
{
    return special[(unsigned char)byte];
}

/*
 * Bytes that can stand in a token without quotes, wherever in it they are: many in a path, which its slash tells from words
 * of the grammar; few in other tokens (the source of a mount may be `fstype=ext4`). Never a backslash: behind one, the lexer
 * takes a blank or a quote for a part of the token.
 */
static bool is_bare(char byte, bool path)
{
    bool alnum = armor_is_alnum(byte);
    return alnum || (byte != '\0' && strchr(path ? "/._-+:@=%~*?[]" : "._-", byte) != NULL);
}

static bool needs_octal(char byte)
{
    return (unsigned char)byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\';
}

bool armor_glob_plain(struct armor_slice literal)
{
    for (size_t i = 0; i < literal.length; i++) {
        if (is_special(literal.bytes[i])) {
            return false;
        }
    }
    return true;
}

void armor_glob_escape(struct armor_text *pattern, struct armor_slice literal)
{
    for (size_t i = 0; i < literal.length; i++) {
        if (is_special(literal.bytes[i])) {
            armor_text_char(pattern, '\\');
        }
        armor_text_char(pattern, literal.bytes[i]);
    }
}

void armor_glob_token(struct armor_text *text, const char *pattern)
{
    bool quotes = *pattern == '\0';
    for (const char *byte = pattern; *byte; byte++) {
        quotes = quotes || !is_bare(*byte, *pattern == '/');
    }
    if (!quotes) {
        armor_text_string(text, pattern);
        return;
    }
    armor_text_char(text, '"');
    for (const char *byte = pattern; *byte; byte++) {
        bool escape = *byte == '\\' && byte[1] != '\0' && is_special(byte[1]);
        if (escape && byte[1] != '\\') {
            armor_text_slice(text, (struct armor_slice){byte++, 2});
            continue;
        }
        byte += escape; /* \134 stands for an escaped backslash */
        if (needs_octal(*byte)) {
            armor_text_format(text, "\\%03o", (unsigned)(unsigned char)*byte);
        } else {
            armor_text_char(text, *byte);
        }
    }
    armor_text_char(text, '"');
}
