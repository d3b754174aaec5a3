/* su-exec USER[:GROUP] COMMAND...: become that user and run the command, like Alpine's su-exec. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long number(const char *text, const char *what) {
  char *end;
  long value = strtol(text, &end, 10);
  if (!*text || *end) {
    fprintf(stderr, "su-exec: %s(%s): Success\n", what, text);
    exit(1);
  }
  return value;
}

static void must(int result, const char *what) {
  if (result) {
    perror(what);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "Usage: %s user-spec command [args]\n", argv[0]);
    return 0;
  }
  char *user = strdup(argv[1]), *group = strchr(user, ':');
  if (group) *group++ = '\0';
  struct passwd *entry = getpwnam(user);
  uid_t uid = entry ? entry->pw_uid : *user ? number(user, "getpwnam") : getuid();
  if (!entry) entry = getpwuid(uid);
  gid_t gid = entry ? entry->pw_gid : getgid();
  setenv("HOME", entry ? entry->pw_dir : "/", 1);
  if (group && *group) {
    struct group *known = getgrnam(group);
    gid = known ? known->gr_gid : number(group, "getgrnam");
    must(setgroups(1, &gid), "setgroups");
  } else if (entry) {
    must(initgroups(entry->pw_name, gid), "initgroups");
  }
  must(setgid(gid), "setgid");
  must(setuid(uid), "setuid");
  execvp(argv[2], argv + 2);
  perror(argv[2]);
  return 1;
}
