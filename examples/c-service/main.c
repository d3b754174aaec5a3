/* counter              serve on port 8080
 * counter healthcheck  exit with 0 when the running service is healthy
 * counter selftest     exit with 0 when every answer of the service is right
 */
#include "counter.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal)
{
    (void)signal;
    _exit(0);
}

static int expect(const char *path, const char *status, const char *body)
{
    char text[2048];
    if (web_ask(path, text, sizeof text))
        return -1;
    const char *found = strstr(text, "\r\n\r\n");
    if (strncmp(text + 9, status, 3) == 0 && found && strcmp(found + 4, body) == 0) {
        printf("ok %s\n", path);
        return 0;
    }
    fprintf(stderr, "%s: got %s\n", path, text);
    return -1;
}

static int selftest(void)
{
    struct store *store;
    pid_t server = fork();
    if (server == 0)
        exit(store_open(&store, ":memory:") || web_serve(store));
    usleep(200000);
    int failed = expect("/", "200", "counter: GET /visit/NAME\n")
                 || expect("/visit/anna", "200", "anna 1\n")
                 || expect("/visit/anna", "200", "anna 2\n")
                 || expect("/visit/berta", "200", "berta 1\n")
                 || expect("/visit/", "404", "not found\n");
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    return failed ? 1 : 0;
}

int main(int count, char **words)
{
    struct store *store;
    signal(SIGTERM, end);
    if (count > 1 && strcmp(words[1], "selftest") == 0)
        return selftest();
    if (count > 1 && strcmp(words[1], "healthcheck") == 0)
        return expect("/", "200", "counter: GET /visit/NAME\n") ? 1 : 0;
    if (store_open(&store, "/var/lib/counter/visits.db"))
        return 1;
    return web_serve(store) ? 1 : 0;
}
