/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl: the verb and option tables, and the way from argv to a verb's function. */
#include "cli.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define TAKES(option) (UINT64_C(1) << CLI_OPTION_##option)

static const struct cli_verb VERBS[] = {
    {"learn", "[NAME]", 0, 1, true,
     TAKES(DOCKERFILE) | TAKES(COMPOSE) | TAKES(SERVICE) | TAKES(INSPECT) | TAKES(RUNTIME_SOCKET) |
         TAKES(WRITE_OVERRIDE) | TAKES(FROM_PROFILE) | TAKES(INCLUDE),
     verb_learn, "begin to learn profiles, of a container or a Compose project: nothing is blocked yet"},
    {"status", "[NAME]", 0, 1, true, TAKES(WATCH), verb_status,
     "how far learning is, what is missing, what to do next"},
    {"show", "NAME [REVISION]", 1, 2, true, TAKES(MODE), verb_show,
     "print the profile as the kernel has it, or the text of an earlier revision"},
    {"rules", "NAME", 1, 1, true, 0, verb_rules, "list the rules and where each comes from"},
    {"explain", "NAME RULE|PATH", 2, 2, true, TAKES(ACCESS), verb_explain,
     "say why a rule is there, or why a path is allowed or isn't"},
    {"enforce", "NAME", 1, 1, true, TAKES(OVERRIDE) | TAKES(REASON) | TAKES(DRY_RUN) | TAKES(WATCH_FOR),
     verb_enforce, "block what was not learned"},
    {"complain", "NAME", 1, 1, true, TAKES(REASON), verb_complain,
     "stop blocking and learn on, with all that is known"},
    {"denials", "NAME", 1, 1, true, 0, verb_denials,
     "list what was refused, each with the rule that would allow it"},
    {"accept", "NAME [RULE]", 1, 2, true,
     TAKES(DENIAL) | TAKES(ALL_DENIALS) | TAKES(FROM_PROFILE) | TAKES(INCLUDE) | TAKES(REASON), verb_accept,
     "allow what a rule or a denial says; at once where the profile is enforced"},
    {"deny", "NAME [RULE]", 1, 2, true, TAKES(DENIAL) | TAKES(REASON), verb_deny,
     "refuse what a rule or a denial says, for good"},
    {"revisions", "NAME", 1, 1, true, 0, verb_revisions,
     "list the profile texts that were loaded, by whom and why"},
    {"rollback", "NAME [REVISION]", 1, 2, true, TAKES(REASON), verb_rollback,
     "load an earlier revision again; the one before if not given"},
    {"keep", "NAME", 1, 1, true, 0, verb_keep, "stay enforced with the other image that runs now"},
    {"settings", "NAME [SETTING=[VALUE]]...", 1, -1, true, 0, verb_settings,
     "show what is set for a container and from where, or set it; no VALUE: inherit it again"},
    {"starts", "", 0, 0, true, TAKES(FOLLOW) | TAKES(RUNTIME_SOCKET), verb_starts,
     "tell armord which containers the engine has started, and from which image"},
    {"forget", "NAME", 1, 1, true, 0, verb_forget, "unload the profile and delete what was learned"},
    {"events", "[NAME]", 0, 1, true, TAKES(FOLLOW) | TAKES(RUN), verb_events, "print what happened lately"},
    {"doctor", "", 0, 0, false, TAKES(REPAIR) | TAKES(RUNTIME_SOCKET), verb_doctor,
     "say whether armord, kernel and disk agree, what else is wrong, and what to do"},
    {"export", "DIRECTORY|-", 1, 1, false, TAKES(REVISIONS), verb_export,
     "write the profiles as plain files that need no armord"},
    {"parse", "[FILE...|-]", 0, -1, false, 0, verb_parse, "print the AppArmor records of logs as JSON Lines"},
    {"replay", "[FILE...|-]", 0, -1, false,
     TAKES(CONTAINER) | TAKES(LITERAL) | TAKES(WITHOUT) | TAKES(FORMAT) | TAKES(MODE) | TAKES(JOBS) |
         TAKES(EXPLAIN) | TAKES(ACCESS),
     verb_replay, "print the profiles that would be learned from logs"},
    {"check", "PROFILE [FILE...|-]", 1, -1, false, TAKES(CONTAINER) | TAKES(INCLUDE), verb_check,
     "print which accesses of logs a profile would deny"},
    {"diff", "NAME [FROM [TO]]|FILE FILE", 1, 3, false, TAKES(INCLUDE), verb_diff,
     "print how one revision, or the profile in one file, differs from another by meaning"},
    {"seed", "", 0, 0, false,
     TAKES(DOCKERFILE) | TAKES(COMPOSE) | TAKES(SERVICE) | TAKES(INSPECT) | TAKES(RUNTIME_SOCKET) |
         TAKES(CONTAINER) | TAKES(FORMAT) | TAKES(MODE) | TAKES(FAIL_ON) | TAKES(WRITE_OVERRIDE),
     verb_seed, "print the profiles that static analysis alone gives, and advice"},
    {"help", "[VERB]", 0, 1, false, 0, cli_help, "print this, or what a verb takes"},
};

static const struct cli_option_spec OPTIONS[CLI_OPTION_COUNT] = {
    [CLI_OPTION_JSON] = {"json", NULL, false, "print JSON, for scripts"},
    [CLI_OPTION_SOCKET] = {"socket", "PATH", false, "talk to armord through this socket"},
    [CLI_OPTION_HELP] = {"help", NULL, false, "print what the verb takes"},
    [CLI_OPTION_VERSION] = {"version", NULL, false, "print the version"},
    [CLI_OPTION_WATCH] = {"watch", NULL, false, "go on, and print again when something changed"},
    [CLI_OPTION_FOLLOW] = {"follow", NULL, false, "go on as things happen"},
    [CLI_OPTION_MODE] = {"mode", "learning|enforced", false, "render the profile of this mode"},
    [CLI_OPTION_OVERRIDE] = {"override", "GATE", true, "go on although this gate refuses; it is recorded"},
    [CLI_OPTION_CONTAINER] = {"container", "NAME", false, "only this container"},
    [CLI_OPTION_LITERAL] = {"literal", NULL, false, "keep names as they were seen"},
    [CLI_OPTION_WITHOUT] = {"without", "TRANSFORMATION", true,
                            "don't make patterns of names in this way; docs/learning.md names them"},
    [CLI_OPTION_FORMAT] = {"format", "apparmor|json", false, "what to print; apparmor if not given"},
    [CLI_OPTION_COMPOSE] = {"compose", "FILE", true, "a Compose file; later ones override earlier ones"},
    [CLI_OPTION_SERVICE] = {"service", "NAME", false,
                            "the service that is meant; all active ones if not given"},
    [CLI_OPTION_DOCKERFILE] = {"dockerfile", "FILE", false,
                               "what the image is built from; its last stage counts"},
    [CLI_OPTION_INSPECT] = {"inspect", "CONTAINER|FILE", false,
                            "what docker or podman inspect has of it, or printed; - is standard input"},
    [CLI_OPTION_RUNTIME_SOCKET] = {"runtime-socket", "PATH", false,
                                   "ask the engine behind this socket; the usual ones if not given"},
    [CLI_OPTION_INCLUDE] = {"include", "FOLDER", true,
                            "where a profile's includes are; /etc/apparmor.d if not given"},
    [CLI_OPTION_FAIL_ON] = {"fail-on", "SEVERITY", false,
                            "exit 1 for advice as severe as note, low, medium or high"},
    [CLI_OPTION_WRITE_OVERRIDE] = {"write-override", "FILE", false,
                                   "write a Compose file that puts the services under their profiles"},
    [CLI_OPTION_REASON] = {"reason", "TEXT", false, "why, for the revision and the journal"},
    [CLI_OPTION_DENIAL] = {"denial", "ID", false, "what this denial asks for, by its number"},
    [CLI_OPTION_DRY_RUN] = {"dry-run", NULL, false,
                            "ask all gates and change nothing; exit 1 if one refuses"},
    [CLI_OPTION_WATCH_FOR] =
        {"watch-for", "SECONDS", false,
         "count what is refused for so long, and go back to complain over the limit; 0: don't"},
    [CLI_OPTION_ACCESS] = {"access", "MASK", false,
                           "what is done to the path: letters of r, w, a, k, l, m, x"},
    [CLI_OPTION_REPAIR] = {"repair", NULL, false,
                           "make kernel and disk what armord's database says, and look again"},
    [CLI_OPTION_FROM_PROFILE] = {"from-profile", "FILE", false,
                                 "the rules of this AppArmor profile; - is standard input"},
    [CLI_OPTION_RUN] = {"run", "COMMAND", false,
                        "run this program for each change of mode or image, loss and forgery"},
    [CLI_OPTION_EXPLAIN] = {"explain", "RULE|PATH", false, "say of this, as the verb explain, instead"},
    [CLI_OPTION_REVISIONS] = {"revisions", NULL, false, "the earlier texts that are kept, too"},
    [CLI_OPTION_ALL_DENIALS] = {"all-denials", NULL, false,
                                "what all denials ask for, but for those that a guard rail holds"},
    [CLI_OPTION_JOBS] =
        {"jobs", "N", false,
         "threads that read a log; as many as processors, 4 at most, for a plain file of 16 MiB "
         "or more if not given; always 1 for standard input and packed files"},
};

const struct cli_verb *cli_verbs(size_t *ret_count)
{
    *ret_count = sizeof VERBS / sizeof VERBS[0];
    return VERBS;
}

const struct cli_option_spec *cli_option_specs(void)
{
    return OPTIONS;
}

int main(int argc, char **argv)
{
    (void)setlocale(LC_CTYPE, "");
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error below, as a full disk is */

    const char *no_colour = getenv("NO_COLOR");
    struct cli cli = {
        .out = stdout,
        .err = stderr,
        .colour = isatty(STDOUT_FILENO) && !(no_colour && no_colour[0]),
    };
    int code = cli_read(&cli, argc, argv);
    if (code != CLI_DONE) {
        return code;
    }
    if (cli_given(&cli, CLI_OPTION_VERSION)) {
        (void)printf("armorctl %s\n", ARMORD_VERSION);
    } else if (cli_given(&cli, CLI_OPTION_HELP)) {
        code = cli_help(&cli);
    } else {
        code = cli.verb->run(&cli);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return cli_refuse(&cli, CLI_REFUSED, NULL, "The output could not be written whole.");
    }
    return code;
}
