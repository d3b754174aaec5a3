#include "counter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int report(const char *what)
{
    perror(what);
    return -1;
}

static void answer(int connection, const char *status, const char *text)
{
    dprintf(connection,
            "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
            status, strlen(text), text);
}

static void respond(int connection, struct store *store)
{
    char asked[2048], name[64], text[128];
    long long count;
    ssize_t size = read(connection, asked, sizeof asked - 1);
    asked[size < 0 ? 0 : size] = '\0';
    if (strncmp(asked, "GET / ", 6) == 0)
        answer(connection, "200 OK", "counter: GET /visit/NAME\n");
    else if (sscanf(asked, "GET /visit/%63[a-z] ", name) != 1)
        answer(connection, "404 Not Found", "not found\n");
    else if (store_visit(store, name, &count))
        answer(connection, "500 Internal Server Error", "no database\n");
    else {
        snprintf(text, sizeof text, "%s %lld\n", name, count);
        answer(connection, "200 OK", text);
    }
}

int web_serve(struct store *store)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int on = 1, listening = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listening, (struct sockaddr *)&here, sizeof here) || listen(listening, 16))
        return report("counter");
    printf("listening on port %d\n", PORT);
    fflush(stdout);
    for (;;) {
        int connection = accept(listening, NULL, NULL);
        if (connection < 0)
            return report("counter");
        respond(connection, store);
        close(connection);
    }
}

int web_ask(const char *path, char *text, int size)
{
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons(PORT),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connection = socket(AF_INET, SOCK_STREAM, 0), length = 0;
    ssize_t more;
    if (connect(connection, (struct sockaddr *)&there, sizeof there))
        return report("counter");
    dprintf(connection, "GET %s HTTP/1.0\r\n\r\n", path);
    while ((more = read(connection, text + length, size - 1 - length)) > 0)
        length += more;
    text[length] = '\0';
    close(connection);
    return 0;
}
