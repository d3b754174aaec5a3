#include <iconv.h>
#include <string.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *page(void) {
  iconv_t table = iconv_open("IBM850", "UTF-8");
  if (table == (iconv_t)-1)
    return "receipts without accents\n";
  iconv_close(table);
  return "receipts with accents\n";
}

static void stop(int signal) { _exit(0); }

int main(void) {
  int server = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
  if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 16)) {
    perror("server");
    return 1;
  }
  signal(SIGTERM, stop);
  signal(SIGPIPE, SIG_IGN);
  for (;;) {
    char request[4096];
    int client = accept(server, NULL, NULL);
    if (read(client, request, sizeof request) > 0)
      dprintf(client, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n%s", page());
    close(client);
  }
}
