#include <execinfo.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *page(void) { return "hello\n"; }

static void where(int signal) {
  void *frames[16];
  backtrace_symbols_fd(frames, backtrace(frames, 16), 2);
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
  signal(SIGUSR1, where);
  signal(SIGPIPE, SIG_IGN);
  for (;;) {
    char request[4096];
    int client = accept(server, NULL, NULL);
    if (read(client, request, sizeof request) > 0)
      dprintf(client, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n%s", page());
    close(client);
  }
}
