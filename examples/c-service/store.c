#include "counter.h"

#include <sqlite3.h>
#include <stdio.h>

/* The incomplete type of the header is SQLite's own handle. */
static sqlite3 *handle(struct store *store) { return (sqlite3 *)store; }

static int report(sqlite3 *database)
{
    fprintf(stderr, "counter: %s\n", sqlite3_errmsg(database));
    return -1;
}

int store_open(struct store **store, const char *path)
{
    sqlite3 *database;
    int code = sqlite3_open(path, &database);
    *store = (struct store *)database;
    if (code == SQLITE_OK)
        code = sqlite3_exec(database,
                            "create table if not exists visits(name text primary key, count)",
                            NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : report(database);
}

int store_visit(struct store *store, const char *name, long long *count)
{
    static const char text[] = "insert into visits values (?, 1)"
                               " on conflict (name) do update set count = count + 1 returning count";
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(handle(store), text, -1, &statement, NULL) != SQLITE_OK)
        return report(handle(store));
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    int found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *count = sqlite3_column_int64(statement, 0);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
    return found ? 0 : report(handle(store));
}
