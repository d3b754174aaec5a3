#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <pthread.h>

static void *work(void *nothing) {
  pthread_exit(NULL);
  return nothing;
}

/* Each page is made by a worker. */
static const char *page(void) {
  pthread_t worker;
  pthread_create(&worker, NULL, work, NULL);
  pthread_join(worker, NULL);
  return "hello\n";
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
