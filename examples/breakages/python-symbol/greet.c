#include <stdio.h>

int greet(char *text, size_t size, const char *name)
{
    return snprintf(text, size, "hello %s", name);
}

int greet_file(FILE *file, const char *name)
{
    return fprintf(file, "hello %s\n", name);
}
