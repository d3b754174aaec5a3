#include <stdio.h>
#include <stdlib.h>
int main(int n,char**v){printf("%ld\n",strtol(v[0],0,0)+n);return 0;}
