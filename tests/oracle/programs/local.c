int inner(void);int main(){return inner();}
