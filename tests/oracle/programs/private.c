#include <stdio.h>
int inner(void);int outer(void){return inner();}
