#include <math.h>
#include <stdio.h>
int main(int n,char**v){printf("%f\n",pow(n+1.5,exp((double)n)));return 0;}
