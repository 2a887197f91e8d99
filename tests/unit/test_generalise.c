/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generalisation: what becomes of the names that servers of many kinds make, and what stays as it is. */
#include "armor/generalise.h"
#include "armor/glob.h"
#include "armor/mask.h"
#include "armor/render.h"

#include "check_main.h"

#include <stdio.h>

/*
 * Evidence: "NAME MASK" a line; "x" is an exec, "l" a link to "->TARGET". Policy: rules as they are rendered, in their order, with classes
 * written short: <A6> [A-Za-z0-9] six times, <a> [a-z0-9], <U> [A-Z0-9], <p> [a-z0-9_], <b> [A-Za-z0-9_-], <h> [0-9a-f], <H> [0-9A-F],
 * <x> [0-9a-fA-F], <d> [0-9], and <n> a number, [0-9]*.
 */
static const struct {
    const char *what;
    const char *evidence;
    const char *policy;
} cases[] = {
    /* --- one name by itself --- */
    {"a uuid", "/srv/x/550e8400-e29b-41d4-a716-446655440000.json r",
     "/srv/x/<h8>-<h4>-<h4>-<h4>-<h12>.json r,"},
    {"the container's host name", "/var/lib/q/mnesia/node@3f2a9c81b7de/schema.DAT rw",
     "/var/lib/q/mnesia/node@<h12>/schema.DAT rw,"},
    {"a digest", "/var/lib/layers/0123456789abcdef0123456789abcdef/diff r", "/var/lib/layers/<h32>/diff r,"},
    {"a spool id", "/var/spool/mta/active/4ABCDE12F3 rw", "/var/spool/mta/active/<H10> rw,"},
    {"a token", "/var/lib/php/sessions/sess_9k2h3j4k5l6m7n8b9v0c1x2z3a wck",
     "/var/lib/php/sessions/sess_<a26> rwk,"},
    {"a token of capitals", "/var/lib/q/vhosts/628WB79CIFDYO9LJI6DKMI09L/x r",
     "/var/lib/q/vhosts/<U25>/x r,"},
    {"an id in base64", "/var/lib/es/indices/Zk3hX1rDQ2mY8vN-bT7aLw/x r", "/var/lib/es/indices/<b22>/x r,"},
    {"a day", "/var/backups/db-20261122.sql r", "/var/backups/db-<d8>.sql r,"},
    {"a day and an hour", "/srv/backup/data-20261122-003728.tar.gz wc",
     "/srv/backup/data-<d8>-<d6>.tar.gz rw,"},
    {"a spelled day", "/root/.npm/_logs/2026-11-22T00_37_28_123Z-debug-0.log wc",
     "/root/.npm/_logs/<d4>-<d2>-<d2>T<d2>_<d2>_<d2>_<d3>Z-debug-<d1>.log rw,"},
    {"no day", "/srv/x/99999999.log r", "/srv/x/<n>.log r,"},
    {"seconds", "/var/log/jobs.log.1795307782.gz wc", "/var/log/jobs.log.<d10>.gz rw,"},
    {"an unnamed file", "/tmp/#123 wrc", "\"/tmp/#<n>\" rw,"},
    {"shared memory by a number", "/dev/shm/PostgreSQL.1804289383 wrc", "/dev/shm/PostgreSQL.<d10> rw,"},
    {"a number in hexadecimal", "/srv/pg/wal/000000010000000000000001.done wc", "/srv/pg/wal/<x24>.done rw,"},
    {"six of mkstemp", "/etc/x/sedVq4Kd1 wc\n/etc/x/sedVq4Kd1 d", "/etc/x/sed<A6> w,"},
    {"six of mkstemp behind a dot", "/tmp/stats.KgnzXS wc", "/tmp/stats.<A6> rw,"},
    {"ten of mktemp", "/tmp/tmp.AKUIv04ROY wc", "/tmp/tmp.<A10> rw,"},
    {"six before an extension", "/tmp/ccAbC123.o wc\n/tmp/ccg1b2z3.s wc",
     "/tmp/cc<A6>.o rw,\n/tmp/cc<A6>.s rw,"},
    {"eight of Python", "/tmp/tmpab12cd_3 wc", "/tmp/tmp<p8> rw,"},
    {"eight letters that come and go", "/tmp/qwertzui wc\n/tmp/qwertzui d", "/tmp/<p8> rw,"},
    {"eight letters that stay", "/tmp/qwertzui wc", "/tmp/qwertzui rw,"},
    {"words aren't random", "/tmp/WiredTiger wc\n/tmp/WiredTiger d\n/tmp/pwned wc\n/tmp/pwned d",
     "/tmp/WiredTiger rw,\n/tmp/pwned rw,"},
    {"like its siblings", "/tmp/u.tZQbmB wc\n/tmp/u.tZQbmB d\n/tmp/u.abcdef wc\n/tmp/u.abcdef d",
     "/tmp/u.<A6> rw,"},
    {"nobody made it here", "/etc/x/sedVq4Kd1 r", "/etc/x/sedVq4Kd1 r,"},
    {"a counter in what the container made", "/data/aof.1.base wc", "/data/aof.<n>.base rw,"},
    {"a version in what it found", "/data/aof.1.base r", "/data/aof.1.base r,"},
    {"a counter behind letters that goes", "/data/tmp123.0 wc\n/data/tmp123.0 d", "/data/tmp<n>.<n> rw,"},
    {"a counter with zeros", "/srv/body/0000000001 wc", "/srv/body/<d10> rw,"},
    {"a mail", "/home/v/bob/tmp/1795307864.M12345P678.3f2a9c81b7de wc",
     "/home/v/bob/tmp/<d10>.M<n>P<n>.<h12> rw,"},
    {"compiled by Python",
     "/app/__pycache__/m.cpython-311.pyc.139872839274800 "
     "wc\n/app/__pycache__/m.cpython-311.pyc.139872839274800 d",
     "/app/__pycache__/m.cpython-<n>.pyc.<n> rw,"},
    {"an escaped name", "/srv/a b,1/2026-11-22 r", "\"/srv/a b\\,1/<d4>-<d2>-<d2>\" r,"},

    /* --- several together --- */
    {"a series", "/srv/pg/base/5/2619 rw\n/srv/pg/base/16384/2619 rw\n/srv/pg/base/16384/1259 rw",
     "/srv/pg/base/<n>/<n> rw,"},
    {"a series by its width", "/srv/q/b001 r\n/srv/q/b002 r", "/srv/q/b<d3> r,"},
    {"what is always the same in a series stays", "/srv/q/v2-1 r\n/srv/q/v2-7 r", "/srv/q/v2-<n> r,"},
    {"a series of shapes", "/srv/q/1795307864.M1P2 r\n/srv/q/1795307865.M3P4 r", "/srv/q/<d10>.M<n>P<n> r,"},
    {"versions of packages are no series", "/usr/share/x/a-1 r\n/usr/share/x/a-2 r",
     "/usr/share/x/a-1 r,\n/usr/share/x/a-2 r,"},
    {"shards of a cache",
     "/var/cache/x/c/f1/a1d1fb21f2c0de913cb17f57ef0c9f1c wc\n/var/cache/x/c/f1/ c\n/var/cache/x/c/ c",
     "/var/cache/x/<h1>/ rw,\n/var/cache/x/<h1>/<h2>/ rw,\n/var/cache/x/<h1>/<h2>/<h32> rw,"},
    {"shards of capitals", "/var/spool/mta/defer/A/A1B2C3D4E5 wc", "/var/spool/mta/defer/<H1>/<H10> rw,"},
    {"a letter is no shard", "/srv/c/words.txt r", "/srv/c/words.txt r,"},
    {"scratch",
     "/tmp/tmp.AKUIv04ROY/ c\n/tmp/tmp.AKUIv04ROY/ d\n/tmp/tmp.AKUIv04ROY/a wc\n/tmp/tmp.AKUIv04ROY/b/c.txt "
     "wc",
     "/tmp/tmp.<A10>/ rw,\n/tmp/tmp.<A10>/** rw,"},
    {"no scratch where something runs",
     "/tmp/tmp.AKUIv04ROY/ c\n/tmp/tmp.AKUIv04ROY/ d\n/tmp/tmp.AKUIv04ROY/a wc\n/tmp/tmp.AKUIv04ROY/b "
     "wc\n/tmp/tmp.AKUIv04ROY/run x",
     "/tmp/tmp.<A10>/ rw,\n/tmp/tmp.<A10>/a rw,\n/tmp/tmp.<A10>/b rw,\n/tmp/tmp.AKUIv04ROY/run px -> "
     "armord-web,"},
    {"libraries", "/usr/lib/a/liba.so.1 r\n/usr/lib/a/libb.so.2.3 r\n/usr/lib/a/libc.so r",
     "/usr/lib/a/lib*.so* r,"},
    {"mapped libraries by name", "/usr/lib/a/liba.so.1 rm\n/usr/lib/a/libb.so.2.3 rm",
     "/usr/lib/a/liba.so.<n> rm,\n/usr/lib/a/libb.so.<n> rm,"},
    {"three of the image side by side",
     "/usr/lib/a/liba.so.1 rm\n/usr/lib/a/libb.so.2.3 rm\n/usr/lib/a/mod.so rm\n/usr/lib/a/libd.so r",
     "\"/usr/lib/a/*.so{,.<n>}\" rm,"},
    {"not where something was written",
     "/usr/lib/a/a.so rm\n/usr/lib/a/b.so rm\n/usr/lib/a/c.so rm\n/usr/lib/a/index w",
     "/usr/lib/a/a.so rm,\n/usr/lib/a/b.so rm,\n/usr/lib/a/c.so rm,\n/usr/lib/a/index w,"},
    {"not of data", "/srv/a/a.so rm\n/srv/a/b.so rm\n/srv/a/c.so rm",
     "/srv/a/a.so rm,\n/srv/a/b.so rm,\n/srv/a/c.so rm,"},
    {"an extension by its series", "/srv/api/user-1.json r\n/srv/api/user-2.json r\n/srv/api/user-3.json r",
     "/srv/api/*.json r,"},
    {"an extension in a listed directory",
     "/srv/api/ r\n/srv/api/a.json r\n/srv/api/b.json r\n/srv/api/c.json r",
     "/srv/api/ r,\n/srv/api/*.json r,"},
    {"three children alone are none", "/srv/api/a.json r\n/srv/api/b.json r\n/srv/api/c.json r",
     "/srv/api/a.json r,\n/srv/api/b.json r,\n/srv/api/c.json r,"},
    {"an extension that is written", "/srv/state/ r\n/srv/state/a.top wc\n/srv/state/b.top wc",
     "/srv/state/ r,\n/srv/state/*.top rw,"},
    {"scripts are never opened for writing", "/srv/state/ r\n/srv/state/a.sh wc\n/srv/state/b.sh wc",
     "/srv/state/ r,\n/srv/state/a.sh rw,\n/srv/state/b.sh rw,"},
    {"what is run is never opened for writing", "/srv/s/ r\n/srv/s/a.top wc\n/srv/s/b.top wc\n/srv/s/c.top x",
     "/srv/s/ r,\n/srv/s/a.top rw,\n/srv/s/b.top rw,\n/srv/s/c.top px -> armord-web,"},
    {"a directory of settings",
     "/etc/x/ r\n/etc/x/a.conf r\n/etc/x/b.conf r\n/etc/x/c.conf r\n/etc/x/d.conf r",
     "/etc/x/ r,\n/etc/x/a.conf r,\n/etc/x/b.conf r,\n/etc/x/c.conf r,\n/etc/x/d.conf r,"},
    {"a temporary directory", "/tmp/ r\n/tmp/a.dat wc\n/tmp/b.dat wc\n/tmp/c.dat wc\n/tmp/d.dat wc",
     "/tmp/ r,\n/tmp/a.dat rw,\n/tmp/b.dat rw,\n/tmp/c.dat rw,\n/tmp/d.dat rw,"},
    {"a tree of code",
     "/usr/lib/p/os.py r\n/usr/lib/p/re.py r\n/usr/lib/p/json/a.py r\n/usr/lib/p/json/b.py "
     "r\n/usr/lib/p/email/c.py r\n/usr/lib/p/email/d.py r",
     "/usr/lib/p/**.py r,"},
    {"a tree of content, of one family",
     "/srv/w/a.gif r\n/srv/w/b.gif r\n/srv/w/1/c.gif r\n/srv/w/1/d.gif r\n/srv/w/2/e.gif r\n/srv/w/2/f.gif r",
     "\"/srv/w/**.{avif,bmp,gif,heic,ico,jpeg,jpg,png,svg,tif,tiff,webp}\" r,"},
    {"no tree of a hierarchy's directory",
     "/srv/a.gif r\n/srv/b.gif r\n/srv/w/c.gif r\n/srv/w/d.gif r\n/srv/v/e.gif r\n/srv/v/f.gif r",
     "/srv/a.gif r,\n/srv/b.gif r,\n/srv/v/e.gif r,\n/srv/v/f.gif r,\n/srv/w/c.gif r,\n/srv/w/d.gif r,"},

    /* --- never --- */
    {"keys", "/srv/k/ r\n/srv/k/a1.pem r\n/srv/k/a2.pem r\n/srv/k/a3.pem r\n/srv/k/.env1 r\n/srv/k/.env2 r",
     "/srv/k/ r,\n/srv/k/.env1 r,\n/srv/k/.env2 r,\n/srv/k/a1.pem r,\n/srv/k/a2.pem r,\n/srv/k/a3.pem r,"},
    {"below directories of secrets", "/srv/secrets/t1 r\n/srv/secrets/t2 r",
     "/srv/secrets/t1 r,\n/srv/secrets/t2 r,"},
    {"devices and the kernel's own",
     "/dev/x1 r\n/dev/x2 r\n/sys/a/1 r\n/sys/a/2 r\n/proc/sys/k1 r\n/proc/sys/k2 r",
     "/dev/x1 r,\n/dev/x2 r,\n/proc/sys/k1 r,\n/proc/sys/k2 r,\n/sys/a/1 r,\n/sys/a/2 r,"},
    {"programs", "/srv/b/p1 x\n/srv/b/p2 x", "/srv/b/p1 px -> armord-web,\n/srv/b/p2 px -> armord-web,"},
    {"sockets' names", "/run/a.sock w\n/run/b.sock w\n/run/c.sock w",
     "/run/a.sock w,\n/run/b.sock w,\n/run/c.sock w,"},

    /* --- links go with the names of their files --- */
    {"a link", "/srv/q/tmp/1795307864.x wc\n/srv/q/new/1795307864.x l->/srv/q/tmp/1795307864.x",
     "/srv/q/tmp/<d10>.x rw,\nlink /srv/q/new/<d10>.x -> /srv/q/tmp/<d10>.x,"},
    {"rotated in another way",
     "/var/log/w/access.log wc\n/var/log/w/access.log.1 wc\n/var/log/w/error.log wc\n/var/log/w/x w",
     "/var/log/w/access.log rw,\n/var/log/w/access.log[-.]<n> rw,\n"
     "/var/log/w/error.log rw,\n/var/log/w/error.log[-.]<n> rw,\n/var/log/w/x w,"},
    {"rotated by others, and read", "/var/log/syslog r\n/var/log/syslog.1 r\n/var/log/a.log r",
     "/var/log/a.log r,\n/var/log/a.log[-.]<n> r,\n/var/log/syslog r,\n/var/log/syslog[-.]<n> r,"},
    {"never rotated", "/var/log/w/access.log wc", "/var/log/w/access.log rw,"},
    {"temporary by its word", "/data/temp-1.rdb wcd\n/data/temp-log-2.aof wcd", "/data/temp-* rw,"},
    {"temporary once", "/data/temp-1.rdb wcd", "/data/temp-<n>.rdb rw,"},
    {"random before a counter",
     "/srv/c/ r\n/srv/c/e1_1.cache wcd\n/srv/c/q7_2.cache wcd\n/srv/c/zz_9.cache wcd\n/srv/c/0k_4.cache wcd",
     "/srv/c/ r,\n/srv/c/*.cache rw,"},
    {"what is handed in and taken away",
     "/srv/up/ r\n/srv/up/a.pdf wcd\n/srv/up/b.pdf wc\n/srv/up/n.txt wc\n/srv/up/2026/ "
     "wc\n/srv/up/2026/x.csv wc",
     "/srv/up/ "
     "r,\n\"/srv/up/"
     "**.{7z,aac,avi,avif,bmp,bz2,csv,dat,dmp,doc,docx,dump,epub,flac,gif,gz,heic,ico,iso,jpeg,jpg,json,"
     "jsonl,log,lz4,m4a,md,mkv,mov,"
     "mp3,mp4,ndjson,odp,ods,odt,oga,ogg,ogv,opus,pdf,png,ppt,pptx,rar,rst,rtf,svg,tar,tbz2,tgz,tif,tiff,tsv,"
     "txt,txz,wav,webm,webp,xls,xlsx,xml,xz,zip,zst}\" rw,\n"
     "/srv/up/**/ rw,\n/srv/up/<n>/x.csv rw,"},
    {"of a process by its name", "/tmp/.java_pid77 wc", "/tmp/.java_pid<n> rw,"},
    {"a uuid joined otherwise", "/srv/up/upload_550e8400_e29b_41d4_a716_446655440000_7.tmp wc",
     "/srv/up/upload_<h8>_<h4>_<h4>_<h4>_<h12>_<n>.tmp rw,"},
    {"cgroups by their ids", "/sys/fs/cgroup/a/docker-0123456789abcdef0123456789abcdef.scope/memory.stat r",
     "/sys/fs/cgroup/a/docker-<h32>.scope/memory.stat r,"},
    {"extensions with a tail", "/srv/m/ r\n/srv/m/a.db-journal wcd\n/srv/m/b.db-journal wcd",
     "/srv/m/ r,\n/srv/m/*.db-journal rw,"},
    {"what it made and kept it may read", "/data/dump wc", "/data/dump rw,"},
    {"what it was given it may not", "/data/dump w", "/data/dump w,"},
};

/* The policy's short form as it is rendered. */
static void expand(const char *form, struct armor_text *text)
{
    static const struct {
        char letter;
        const char *class;
    } classes[] = {{'A', "[A-Za-z0-9]"},   {'a', "[a-z0-9]"}, {'U', "[A-Z0-9]"}, {'p', "[a-z0-9_]"},
                   {'b', "[A-Za-z0-9_-]"}, {'h', "[0-9a-f]"}, {'H', "[0-9A-F]"}, {'x', "[0-9a-fA-F]"},
                   {'d', "[0-9]"},         {'n', "[0-9]*"}};
    text->length = 0;
    while (*form) {
        size_t class = 0;
        while (*form == '<' && classes[class].letter != form[1]) {
            class ++;
        }
        if (*form != '<') {
            armor_text_char(text, *form++);
            continue;
        }
        const char *end = strchr(form, '>');
        size_t times = 0;
        for (const char *at = form + 2; at < end; at++) {
            times = times * 10 + (size_t)(*at - '0');
        }
        for (size_t i = 0; i < (times ? times : 1); i++) {
            armor_text_string(text, classes[class].class);
        }
        form = end + 1;
    }
}

static struct armor_profile *evidence_of(const char *lines)
{
    struct armor_profile *profile = NULL;
    struct armor_text name = ARMOR_TEXT_INIT(4 * ARMOR_PATH_MAX);
    struct armor_text peer = ARMOR_TEXT_INIT(4 * ARMOR_PATH_MAX);
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 7, &profile), 0);
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        const struct armor_slice line = {lines, length};
        size_t blank = length;
        while (line.bytes[blank - 1] != ' ') {
            blank--;
        }
        const struct armor_slice mask = {line.bytes + blank, length - blank};
        struct armor_access access = {.kind = ARMOR_RULE_FILE};
        uint32_t unknown = 0;
        name.length = 0;
        armor_glob_escape(&name, (struct armor_slice){line.bytes, blank - 1});
        access.name = (struct armor_slice){name.bytes, name.length};
        if (mask.bytes[0] == 'x') {
            access.kind = ARMOR_RULE_EXEC;
        } else if (mask.bytes[0] == 'l') {
            access.kind = ARMOR_RULE_LINK;
            peer.length = 0;
            armor_glob_escape(&peer, (struct armor_slice){mask.bytes + 3, mask.length - 3});
            access.peer = (struct armor_slice){peer.bytes, peer.length};
        } else {
            access.mask = armor_mask_parse(ARMOR_RULE_FILE, mask, &unknown);
        }
        struct armor_rule *rule = NULL;
        ck_assert_int_ge(armor_profile_merge(profile, &access, &rule), 0);
        ck_assert_uint_eq(unknown, 0);
        rule->count++;
        lines += length + (lines[length] == '\n');
    }
    armor_text_done(&name);
    armor_text_done(&peer);
    return profile;
}

/* The rules of PROFILE, a line each. */
static void rules_of(const struct armor_profile *profile, struct armor_text *text)
{
    const struct armor_rule **rules = NULL;
    ck_assert_int_eq(armor_profile_sorted(profile, &rules), 0);
    text->length = 0;
    for (size_t i = 0; i < profile->rule_count; i++) {
        armor_text_string(text, i ? "\n" : "");
        armor_render_rule(profile, rules[i], text);
    }
    free((void *)rules);
}

START_TEST(becomes)
{
    const struct armor_generalise_options options = {0};
    struct armor_text expected = ARMOR_TEXT_INIT(65536);
    struct armor_text got = ARMOR_TEXT_INIT(65536);
    struct armor_text again = ARMOR_TEXT_INIT(65536);
    struct armor_profile *policy = NULL;
    struct armor_profile *twice = NULL;
    struct armor_profile *evidence = evidence_of(cases[_i].evidence);
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
    expand(cases[_i].policy, &expected);
    rules_of(policy, &got);
    ck_assert_msg(strcmp(got.bytes, expected.bytes) == 0, "%s:\n%s\ninstead of\n%s", cases[_i].what,
                  got.bytes, expected.bytes);
    ck_assert_int_eq(armor_generalise(policy, &options, &twice), 0);
    rules_of(twice, &again);
    ck_assert_msg(strcmp(again.bytes, got.bytes) == 0, "%s: policy of policy:\n%s\ninstead of\n%s",
                  cases[_i].what, again.bytes, got.bytes);
    armor_text_done(&expected);
    armor_text_done(&got);
    armor_text_done(&again);
    armor_profile_free(twice);
    armor_profile_free(policy);
    armor_profile_free(evidence);
}
END_TEST

START_TEST(switched_off)
{
    const struct armor_generalise_options options = {.without = ARMOR_MAKE_ALL};
    struct armor_text before = ARMOR_TEXT_INIT(65536);
    struct armor_text after = ARMOR_TEXT_INIT(65536);
    struct armor_profile *policy = NULL;
    struct armor_profile *evidence = evidence_of(cases[_i].evidence);
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
    rules_of(evidence, &before);
    rules_of(policy, &after);
    ck_assert_str_eq(after.bytes, before.bytes);
    armor_text_done(&before);
    armor_text_done(&after);
    armor_profile_free(policy);
    armor_profile_free(evidence);
}
END_TEST

START_TEST(rules_tell_what_made_them)
{
    const struct armor_generalise_options options = {0};
    struct armor_profile *policy = NULL;
    struct armor_profile *evidence = evidence_of("/tmp/b.KgnzXS wc\n/tmp/b.AwYESG wc\n/data/x r");
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
    ck_assert_uint_eq(policy->rule_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct armor_rule *rule = policy->rules[i];
        bool literal = strcmp(rule->name, "/data/x") == 0;
        ck_assert_uint_eq(armor_rule_more(rule)->made_by,
                          literal ? 0 : 1U << ARMOR_MAKE_TEMPORARY | 1U << ARMOR_MAKE_READ_BACK);
        ck_assert_uint_eq(armor_rule_more(rule)->pieces, literal ? 1 : 2);
        ck_assert_uint_eq(rule->count, literal ? 1 : 2);
        ck_assert(literal ? !armor_rule_more(rule)->sample
                          : strcmp(armor_rule_more(rule)->sample, "/tmp/b.AwYESG") == 0);
    }
    armor_profile_free(policy);
    armor_profile_free(evidence);
}
END_TEST

START_TEST(names_both_ways)
{
    for (int i = 0; i < ARMOR_MAKE_COUNT; i++) {
        const char *name = armor_transformation_name((enum armor_transformation)i);
        ck_assert_int_eq(armor_transformation_from_name(armor_slice_of(name)), i);
    }
    ck_assert_str_eq(armor_transformation_name(ARMOR_MAKE_COUNT), "unknown");
    ck_assert_int_lt(armor_transformation_from_name(ARMOR_SLICE("unknown")), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("generalise");
    TCase *tcase = check_case(suite, "generalise");
    tcase_add_loop_test(tcase, becomes, 0, LENGTH(cases));
    tcase_add_loop_test(tcase, switched_off, 0, LENGTH(cases));
    tcase_add_test(tcase, rules_tell_what_made_them);
    tcase_add_test(tcase, names_both_ways);
    return check_main(suite);
}
