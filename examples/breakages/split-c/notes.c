/* Counts its visits in a database. */
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void end(int signal) { exit(0); }

static int answer(int connection, const char *text)
{
    char line[256];
    int size = snprintf(line, sizeof line, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(text), text);
    return write(connection, line, size) == size;
}

int main(int count, char **words)
{
    sqlite3 *store;
    signal(SIGTERM, end);
    if (sqlite3_open("/var/lib/notes/notes.db", &store) != SQLITE_OK
        || sqlite3_exec(store, "create table if not exists visits(at)", 0, 0, 0) != SQLITE_OK) {
        fprintf(stderr, "no database: %s\n", sqlite3_errmsg(store));
        return 1;
    }
    if (count > 1 && strcmp(words[1], "selftest") == 0)
        return sqlite3_exec(store, "insert into visits values(1)", 0, 0, 0) != SQLITE_OK;
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(8080) };
    int on = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listening, (struct sockaddr *)&here, sizeof here) || listen(listening, 9))
        return 1;
    for (;;) {
        char asked[4096];
        int connection = accept(listening, 0, 0);
        if (connection >= 0 && read(connection, asked, sizeof asked) > 0)
            answer(connection, sqlite3_libversion());
        close(connection);
    }
}
