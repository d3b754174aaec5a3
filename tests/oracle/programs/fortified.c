/* With optimisation and _FORTIFY_SOURCE this calls __printf_chk and __memcpy_chk. */
#include <stdio.h>
#include <string.h>
int main(int n,char**v){char b[64];memcpy(b,v[0],strlen(v[0])+1);printf("%s %d\n",b,n);return 0;}
