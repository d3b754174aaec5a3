/* Loads whatever it is given, as node and python do with their extensions. */
#include <dlfcn.h>
#include <stdio.h>
int main(int n,char**v){
  if(n>1&&!dlopen(v[1],RTLD_NOW)){fprintf(stderr,"%s\n",dlerror());return 9;}
  return 0;}
