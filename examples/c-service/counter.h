/* A service that counts visits. Every function returns 0, or -1 after it has said what is wrong. */
#define PORT 8080

struct store;

int store_open(struct store **store, const char *path);
int store_visit(struct store *store, const char *name, long long *count);

int web_serve(struct store *store);
int web_ask(const char *path, char *answer, int size);
